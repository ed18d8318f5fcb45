import swagger from '@fastify/swagger';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { apiPage, isLocal } from '../../../src/web/api-page.ts';
import { ApiFault } from '../../../src/web/fault.ts';

describe('whoever asks for the page of the calls', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('is on this machine: %s', (address) => {
    expect(isLocal(address)).toBe(true);
  });

  it.each(['10.0.0.1', '::ffff:10.127.0.1', '2001:db8::1', '1127.0.0.1', '', undefined])(
    'is not: %s',
    (address) => {
      expect(isLocal(address)).toBe(false);
    },
  );
});

describe('the page of the calls', () => {
  it('is for this machine, and from elsewhere for a signed-in manager: the page, its files and its description', async () => {
    const server = Fastify();
    await server.register(swagger, { openapi: { info: { title: 'till', version: '1' } } });
    server.setErrorHandler((error, _request, reply) =>
      reply.status(error instanceof ApiFault ? error.status : 500).send(),
    );
    await apiPage(server, ({ headers }) => headers.cookie === 'manager');
    const paths = ['', '/json', '/yaml', '/static/swagger-ui-bundle.js', '/static/swagger-initializer.js'];
    for (const path of paths) {
      const asked = { url: `/docs/api${path}`, remoteAddress: '10.0.0.7' };
      expect((await server.inject(asked)).statusCode, path).toBe(401);
      const manager = await server.inject({ ...asked, headers: { cookie: 'manager' } });
      expect(manager.statusCode, path).toBe(200);
      expect(manager.headers['content-security-policy']).not.toContain('unsafe');
      expect((await server.inject({ ...asked, remoteAddress: '127.0.0.1' })).statusCode, path).toBe(200);
    }
    await server.close();
  });
});
