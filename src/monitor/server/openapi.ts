import { METERS_PATH } from '../meter-frame.ts';
import type { Route } from './routes.ts';

/** Answers that come of the checks in front of every route. */
const REFUSALS = {
  401: 'the token is missing or wrong',
  403: 'the host name or the origin is not ours, or the monitor is read-only',
  429: 'too many requests',
};

const described = (answers: Readonly<Record<number, string>>) =>
  Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }]));

interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
}

function operation({ summary, needs, query, body, answers }: Route): object {
  const parameters = Object.entries((query as ObjectSchema | undefined)?.properties ?? {});
  return {
    summary,
    ...(parameters.length > 0 && {
      parameters: parameters.map(([name, schema]) => ({ name, in: 'query', schema })),
    }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    ...(needs !== 'nothing' && { security: needs === 'reading' ? [{}, { token: [] }] : [{ token: [] }] }),
    responses: described({ ...answers, ...(needs === 'nothing' ? { 403: REFUSALS[403] } : REFUSALS) }),
  };
}

/** The OpenAPI 3.1 document of some routes. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'auralis-stream monitor',
      version,
      description:
        `Readings of a run, and its live controls. ${METERS_PATH} is a WebSocket that sends the readings 20 times a ` +
        'second, as JSON; it offers the protocol auralis.meters, and bearer.TOKEN where a token is needed.',
    },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}
