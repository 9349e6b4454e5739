import Provider from 'oidc-provider';

/*
 * An OpenID provider of its own make: `oidc-provider`, with a login page that asks for a name alone. `OIDC_PROVIDER` has
 * its settings. People are whoever signs in; what is said of them comes from `PUT /people/<name>`.
 */
const { port, clients, jwks, claims, inUserInfo } = JSON.parse(process.env['OIDC_PROVIDER']);

const people = new Map();

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks,
  cookies: { keys: ['a key of the test'] },
  claims: { openid: ['sub', ...claims], profile: ['name'], email: ['email'] },
  conformIdTokenClaims: inUserInfo,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html>${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Yes</button>`;
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.body = 'signed out';
      },
    },
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...people.get(id), sub: id }) }),
  // without the dispatcher that refuses to call this machine
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
  // nobody is asked for consent
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

const read = async (stream) => {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
};

provider.use(async (ctx, next) => {
  const [, place, name] = ctx.path.split('/');
  if (place === 'people' && ctx.method === 'PUT') {
    people.set(decodeURIComponent(name), JSON.parse(await read(ctx.req)));
    ctx.status = 204;
  } else if (place === 'interaction' && ctx.method === 'GET') {
    ctx.type = 'html';
    ctx.body =
      '<!doctype html><title>Provider</title><form method="post"><label>Name <input name="login"></label><button>Continue</button></form>';
  } else if (place === 'interaction' && ctx.method === 'POST') {
    const form = new URLSearchParams(await read(ctx.req));
    const result = form.has('cancel')
      ? { error: 'access_denied' }
      : {
          // `ts`: when that was, in seconds since 1970
          login: { accountId: form.get('login'), ...(form.has('ts') ? { ts: Number(form.get('ts')) } : {}) },
        };
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
    ctx.respond = false;
  } else await next();
});

provider.listen(port, '127.0.0.1', () => console.log('listening'));
