import type { PipelineView } from '../monitored-run.ts';
import type { LoggedEvent } from '../server/event-log.ts';
import type { HistoryCurves } from '../server/history.ts';
import { HistoryCharts, SpectrumChart } from './charts.ts';
import { Connection } from './connection.ts';
import { Controls } from './controls.ts';
import { byId, say } from './element.ts';
import { EventList } from './event-list.ts';
import { Figures } from './figures.ts';
import { PipelineGraph } from './pipeline-graph.ts';

/** Shortest time between two questions about the same thing, in ms. */
const PAUSE = 250;

/** Does something now unless it is being done; then once more, after a pause, when it is done. */
function once(work: () => Promise<void>): () => void {
  let state: 'idle' | 'busy' | 'again' = 'idle';
  const start = (): void => {
    if (state !== 'idle') {
      state = 'again';
      return;
    }
    state = 'busy';
    const settle = (): void => {
      const again = state === 'again';
      state = 'idle';
      if (again) start();
    };
    // What could not be asked now is asked again with a later frame.
    work()
      .catch(() => {})
      .finally(() => setTimeout(settle, PAUSE));
  };
  return start;
}

const WORDS = {
  allowed: '',
  token:
    'To change anything the token is needed: it stands behind the # of the address that the run printed.',
  readonly: 'This monitor shows and changes nothing.',
};

const connection = new Connection();
const figures = new Figures();
const controls = new Controls((path, value) => connection.move(path, value));
const graph = new PipelineGraph((id) => controls.open(id));
const history = new HistoryCharts();
const spectrum = new SpectrumChart();
const events = new EventList();
let version = 0;
let drawn = '';

const askAccess = once(async () => {
  const { reads, changes } = await connection.get<{ reads: boolean; changes: keyof typeof WORDS }>(
    '/api/access',
  );
  controls.enabled = changes === 'allowed';
  byId('access').hidden = reads && changes === 'allowed';
  byId('access').classList.toggle('wordy', reads && changes === 'readonly');
  say(
    byId('access-words'),
    reads ? WORDS[changes] : 'To see anything the token is needed: ask who started the run.',
  );
  if (!reads) say(byId('status'), 'waiting for the token');
});

const askPipeline = once(async () => {
  const pipeline = await connection.get<PipelineView>('/api/pipeline');
  version = pipeline.version;
  say(byId('name'), pipeline.name);
  say(byId('description'), pipeline.description);
  document.title = `${pipeline.name}: auralis-stream`;
  const shape = JSON.stringify({
    ...pipeline,
    version: 0,
    controls: [],
    stages: pipeline.stages.map(({ controls: _, ...rest }) => rest),
  });
  if (shape !== drawn) graph.draw(pipeline);
  drawn = shape;
  controls.show(pipeline);
  history.aim(pipeline.target, pipeline.ceiling);
});

const askHistory = once(async () => history.restore(await connection.get<HistoryCurves>('/api/history')));
const askEvents = once(async () =>
  events.add(await connection.get<LoggedEvent[]>(`/api/events?after=${events.last}`)),
);

byId('access').addEventListener('submit', (event) => {
  event.preventDefault();
  connection.use(byId<HTMLInputElement>('token').value.trim());
  askAccess();
});

// Canvases keep the colours that they were drawn with; the monitor remembers all that the page forgets.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => location.reload());

connection.listen({
  opened() {
    say(byId('status'), 'live');
    byId('status').className = 'live';
    askAccess();
    askPipeline();
    askHistory();
    askEvents();
  },
  frame(frame) {
    if (frame.version !== version) askPipeline();
    if (frame.lastEvent > events.last) askEvents();
    if (!history.add(frame)) askHistory();
    figures.show(frame);
    graph.show(frame);
    spectrum.show(frame);
  },
  lost(ended) {
    say(byId('status'), ended ? 'the run has ended' : 'connection lost, trying again');
    byId('status').className = 'lost';
    // Off loopback the meters need the token as well.
    if (!ended) askAccess();
  },
});
