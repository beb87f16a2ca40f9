// npm's oidc-provider with one app and families of refresh tokens, as `cargo xtask bench identity` measures its token
// endpoint. Its store is the one that it comes with, in memory; its access tokens are JWTs signed with ES256, as those
// of Vestibule are. Prints one JSON line once it listens, and ends with its standard input.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import Provider from "oidc-provider";

const app = "back";
const scope = "bytes.read";
const tls = { key: readFileSync(process.env.TLS_KEY), cert: readFileSync(process.env.TLS_CERTIFICATE) };
const { version } = JSON.parse(readFileSync(new URL("./node_modules/oidc-provider/package.json", import.meta.url)));
const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });

let answer;
const server = createServer(tls, (request, response) => answer(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  const issuer = `https://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: app,
        client_secret: "bench-secret-bench-secret-bench-secret-bench-secret",
        redirect_uris: ["https://app.example/callback"],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "client_secret_basic",
        id_token_signed_response_alg: "ES256",
      },
    ],
    cookies: { keys: ["a key for cookies"] },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => issuer,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope,
          audience: issuer,
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    jwks: { keys: [{ ...key, alg: "ES256", use: "sig", kid: "bench" }] },
    rotateRefreshToken: () => true,
    scopes: ["openid", "offline_access", scope],
    ttl: { Grant: 86_400, RefreshToken: 86_400 },
  });
  answer = provider.callback();
  const families = [];
  for (let number = 0; number < Number(process.env.FAMILIES); number++) {
    const grant = new provider.Grant({ accountId: "person", clientId: app });
    grant.addResourceScope(issuer, scope);
    const token = new provider.RefreshToken({
      accountId: "person",
      client: await provider.Client.find(app),
      grantId: await grant.save(),
      gty: "authorization_code",
      resource: issuer,
      scope,
    });
    families.push(await token.save());
  }
  process.stdin.on("end", () => process.exit(0)).resume();
  console.log(JSON.stringify({ port, version: `oidc-provider ${version}, Node.js ${process.version}`, families }));
});
