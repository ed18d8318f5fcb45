/** How the manager's calls are served: only with a session, each checked against the types that the pages use. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ManagerCalls } from './api/manager.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import { pinFault } from './pins.ts';
import { described } from './schema.ts';
import { Sessions } from './sessions.ts';

export const MANAGER_PREFIX = '/api/v1/manager';
export const SESSION_COOKIE = 'kona_till_session';
/** A page that only reads again by itself says so: a screen that nobody touches must not keep its session. */
const REFRESH_HEADER = 'x-kona-till-refresh';

type Path<Method extends 'GET' | 'POST', Key> = Key extends `${Method} ${typeof MANAGER_PREFIX}/${infer Name}`
  ? Name
  : never;
type GetPath = Path<'GET', keyof ManagerCalls>;
type PostPath = Path<'POST', keyof ManagerCalls>;
type GetCall<Name extends GetPath> = ManagerCalls[`GET ${typeof MANAGER_PREFIX}/${Name}`];
type PostCall<Name extends PostPath> = ManagerCalls[`POST ${typeof MANAGER_PREFIX}/${Name}`];
type Run<Name extends PostPath> = (context: {
  readonly body: PostCall<Name>['body'];
  /** Name of the manager who asks. */
  readonly manager: string;
  readonly request: FastifyRequest;
}) => PostCall<Name>['answer'] | Promise<PostCall<Name>['answer']>;

export class ManagerRouter {
  readonly server: FastifyInstance;
  readonly options: WebOptions;
  readonly sessions: Sessions;

  constructor(server: FastifyInstance, options: WebOptions) {
    this.server = server;
    this.options = options;
    this.sessions = new Sessions(options.clock, options.random);
  }

  /** Anything that only reads: a stream, a file. `byItself`: no sign of life of the person. */
  serve(
    path: string,
    summary: string,
    run: (request: FastifyRequest, reply: FastifyReply) => unknown,
    byItself = false,
  ): void {
    this.server.get(`${MANAGER_PREFIX}/${path}`, described(summary, 'manager'), (request, reply) => {
      this.#managerOf(request, byItself);
      return run(request, reply);
    });
  }

  get<Name extends GetPath>(
    path: Name,
    summary: string,
    run: (request: FastifyRequest) => GetCall<Name>['answer'] | Promise<GetCall<Name>['answer']>,
  ): void {
    this.serve(path, summary, run);
  }

  post<Name extends PostPath>(
    path: Name,
    summary: string,
    schema: z.ZodType<PostCall<Name>['body']>,
    run: Run<Name>,
  ): void {
    const description = described(summary, 'manager', { body: schema });
    this.server.post(`${MANAGER_PREFIX}/${path}`, description, (request) => {
      const manager = this.#managerOf(request);
      return run({ body: schema.parse(request.body), manager, request });
    });
  }

  /** The PIN again, for what weighs more than a session. Throws ApiFault. */
  async checkPin(name: string, pin: string): Promise<void> {
    const answer = await this.options.managers.check(name, pin);
    if (!answer.ok) throw pinFault(answer, this.options);
  }

  /** A journal entry about what a manager did. */
  note(kind: string, manager: string, detail: Readonly<Record<string, unknown>> = {}): void {
    this.options.ledger.note(kind, detail, this.options.clock.now(), { role: 'manager', id: manager });
  }

  #managerOf(request: FastifyRequest, byItself = false): string {
    const isPerson = !byItself && request.headers[REFRESH_HEADER] === undefined;
    const session = this.sessions.find(request.cookies[SESSION_COOKIE], isPerson);
    if (session === null) throw new ApiFault(401, 'SIGNED_OUT', 'sign in first');
    return session.name;
  }
}
