import { controlsOf } from '../monitored-run.ts';
import { type RunWatch, readingsJson } from './run-watch.ts';

/** A JSON Schema, as it stands in the OpenAPI document and as requests are checked by. */
type Schema = Readonly<Record<string, unknown>>;

/** What a route is given of a request, checked. */
export interface RouteRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Whether the one who asks may read, and what may be changed. */
  readonly reads: boolean;
  readonly changes: 'readonly' | 'token' | 'allowed';
}

/** What a route answers. */
export interface RouteAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** One way in, the single source of what is checked, what is documented and what is done. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  /** Who may: anybody, whoever may read, or whoever may change something. */
  readonly needs: 'nothing' | 'reading' | 'changing';
  readonly query?: Schema;
  readonly body?: Schema;
  /** What it answers, by status. */
  readonly answers: Readonly<Record<number, string>>;
  readonly answer: (request: RouteRequest) => RouteAnswer | Promise<RouteAnswer>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** An answer in JSON. */
export const json = (value: unknown, status = 200): RouteAnswer => ({
  status,
  type: JSON_TYPE,
  body: JSON.stringify(value),
});

const written = (body: string): RouteAnswer => ({ status: 200, type: JSON_TYPE, body });

const NOT_YET = json({ error: 'the run has not begun' }, 503);

const MOVE_BODY: Schema = {
  type: 'object',
  properties: {
    set: {
      type: 'string',
      maxLength: 200,
      description: 'a control of the pipeline, such as limiter.ceiling',
    },
    to: {
      anyOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'string', maxLength: 40 }],
      description: 'the value that it glides to, in the unit of the control',
    },
  },
  required: ['set', 'to'],
  additionalProperties: false,
};

/** What can be asked of a monitor, apart from the page itself, metrics and its own description. */
export function runRoutes(watch: RunWatch): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      summary: 'Whether audio goes out',
      needs: 'nothing',
      answers: { 200: 'audio went out in the last 5 s', 503: 'none did, or none yet' },
      answer: () => {
        const { stalledFor } = watch;
        if (stalledFor === null) return json({ status: 'ok' });
        return json({ status: watch.latest === null ? 'starting' : 'stalled' }, 503);
      },
    },
    {
      method: 'GET',
      path: '/api/access',
      summary:
        'Whether the one who asks may read, and change: "allowed", "token" (one is missing or wrong) or "readonly"',
      needs: 'nothing',
      answers: { 200: 'what is allowed' },
      answer: ({ reads, changes }) => json({ reads, changes }),
    },
    {
      method: 'GET',
      path: '/api/pipeline',
      summary: 'The pipeline that plays: stages, what they take, and the controls that can be moved',
      needs: 'reading',
      answers: { 200: 'the pipeline', 503: 'the run has not begun' },
      answer: () => (watch.pipeline ? json(watch.pipeline) : NOT_YET),
    },
    {
      method: 'GET',
      path: '/api/readings',
      summary: 'Levels, loudness, spectrum, load, latency and buffers now; null is silence or nothing',
      needs: 'reading',
      answers: { 200: 'the readings', 503: 'the run has not begun' },
      answer: () => (watch.latest ? written(readingsJson(watch.latest)) : NOT_YET),
    },
    {
      method: 'GET',
      path: '/api/history',
      summary: 'Loudness and true peak of the last hour, a point a second, oldest first',
      needs: 'reading',
      answers: { 200: 'the curves' },
      answer: () => written(watch.historyJson()),
    },
    {
      method: 'GET',
      path: '/api/events',
      summary: 'The latest events, oldest first',
      needs: 'reading',
      query: {
        type: 'object',
        properties: {
          after: {
            type: 'string',
            pattern: '^\\d{1,15}$',
            default: '0',
            description: 'only events with larger numbers',
          },
        },
      },
      answers: { 200: 'the events' },
      answer: ({ query }) => json(watch.events.after(Number(query.after))),
    },
    {
      method: 'POST',
      path: '/api/moves',
      summary: 'Moves a control without a click',
      needs: 'changing',
      body: MOVE_BODY,
      answers: {
        200: 'it moves',
        404: 'there is no such control',
        422: 'the value is out of range, or does not go with the other parameters',
        503: 'the run has not begun',
      },
      answer: ({ body }) => move(watch, body as { set: string; to: number | string | boolean }),
    },
  ];
}

/** Moves what the pipeline offers and nothing else: a path is looked up, never followed. */
function move(
  watch: RunWatch,
  { set, to }: { readonly set: string; readonly to: number | string | boolean },
): RouteAnswer {
  const { pipeline } = watch;
  if (pipeline === null) return NOT_YET;
  const control = controlsOf(pipeline).find(({ path }) => path === set);
  if (control === undefined) return json({ error: 'there is no such control' }, 404);
  const { kind, min, max, whole, choices, unit } = control;
  const fits =
    kind === 'number'
      ? typeof to === 'number' && to >= min! && to <= max! && (!whole || Number.isInteger(to))
      : kind === 'flag'
        ? typeof to === 'boolean'
        : choices.some((word) => word === to);
  if (!fits) {
    const numbers = `${whole ? 'whole numbers, ' : ''}${min} to ${max}${unit && ` ${unit}`}`;
    const allowed = { number: numbers, flag: 'true or false', choice: choices.join(', ') }[kind];
    return json({ error: `${set}: allowed is ${allowed}` }, 422);
  }
  try {
    watch.set(set, to);
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) }, 422);
  }
  return json({ set, to });
}
