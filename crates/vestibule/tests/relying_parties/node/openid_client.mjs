// openid-client, as published: every flow that it knows, and what came of it.
import * as client from "openid-client";
import { allow, callback, issuer, orders, refused, secret, walked } from "./browser.mjs";

const say = (...words) => console.log(...words);
const server = new URL(issuer);

async function begin(config, parameters, build, walk = walked) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const all = {
    redirect_uri: callback,
    scope: "openid profile email offline_access orders.read",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...parameters,
  };
  const landed = await walk(await build(config, all));
  return [landed, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }];
}

/** The status of an API that takes these tokens. */
async function called(config, token, options) {
  try {
    return (await client.fetchProtectedResource(config, token, new URL(`${orders}/list`), "GET", null, undefined, options)).status;
  } catch (error) {
    return error.status ?? error.code;
  }
}

// A server with a secret: code, userinfo, an API, refresh, introspection, revocation, sign-out.
const shop = await client.discovery(server, "shop", undefined, client.ClientSecretBasic(secret));
let [landed, checks] = await begin(shop, {}, async (config, all) => client.buildAuthorizationUrl(config, all));
let tokens = await client.authorizationCodeGrant(shop, landed, checks);
const subject = tokens.claims().sub;
say("code", tokens.token_type, tokens.scope, tokens.claims().aud);
const person = await client.fetchUserInfo(shop, tokens.access_token, subject);
say("userinfo", person.name, person.email, person.email_verified);
say("called", await called(shop, tokens.access_token));
const next = await client.refreshTokenGrant(shop, tokens.refresh_token);
say("refresh", next.refresh_token !== tokens.refresh_token, next.claims().sub === subject);
const before = await client.tokenIntrospection(shop, next.access_token);
await client.tokenRevocation(shop, next.refresh_token);
const after = await client.tokenIntrospection(shop, next.access_token);
say("revoked", before.active, after.active);
say("called", await called(shop, next.access_token));
const leave = client.buildEndSessionUrl(shop, {
  id_token_hint: next.id_token,
  post_logout_redirect_uri: "https://app.example/bye",
});
say("left", (await walked(leave)).href);

// The secret in the body, which is what the library does when it is told nothing else.
const body = await client.discovery(server, "shop", secret);
[landed, checks] = await begin(body, {}, async (config, all) => client.buildAuthorizationUrl(config, all));
tokens = await client.authorizationCodeGrant(body, landed, checks);
say("body", tokens.token_type);

// A request that is pushed.
[landed, checks] = await begin(shop, {}, (config, all) => client.buildAuthorizationUrlWithPAR(config, all));
tokens = await client.authorizationCodeGrant(shop, landed, checks);
say("pushed", tokens.token_type);

// An error is an error of the library's own kind.
try {
  [landed, checks] = await begin(shop, { scope: "openid admin" }, async (config, all) => client.buildAuthorizationUrl(config, all));
  await client.authorizationCodeGrant(shop, landed, checks);
} catch (error) {
  say("error", error.error);
}

// So is the word of a person who does not want to.
try {
  const all = { scope: "openid orders.read" };
  const native = await client.discovery(server, "cli", undefined, client.None());
  [landed, checks] = await begin(native, all, async (config, all) => client.buildAuthorizationUrl(config, all), refused);
  await client.authorizationCodeGrant(native, landed, checks);
} catch (error) {
  say("denied", error.error);
}

// A native app with DPoP; the library learns our nonce by itself.
const cli = await client.discovery(server, "cli", undefined, client.None());
const proofs = client.getDPoPHandle(cli, await client.randomDPoPKeyPair("ES256"));
[landed, checks] = await begin(cli, {}, async (config, all) => client.buildAuthorizationUrl(config, all));
tokens = await client.authorizationCodeGrant(cli, landed, checks, undefined, { DPoP: proofs });
say("dpop", tokens.token_type);
const bound = await client.fetchUserInfo(cli, tokens.access_token, subject, { DPoP: proofs });
say("dpop userinfo", bound.sub === subject);
say("dpop called", await called(cli, tokens.access_token, { DPoP: proofs }));
const again = await client.refreshTokenGrant(cli, tokens.refresh_token, undefined, { DPoP: proofs });
say("dpop refresh", again.token_type);
try {
  await client.refreshTokenGrant(cli, again.refresh_token);
} catch (error) {
  say("downgrade", error.error);
}

// A device.
const device = await client.initiateDeviceAuthorization(cli, { scope: "openid orders.read" });
await allow(device);
tokens = await client.pollDeviceAuthorizationGrant(cli, { ...device, interval: 0.1 });
say("device", tokens.claims().sub === subject);

// A server that signs who it is.
const jwk = JSON.parse(process.env.SIGNER);
const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const signer = await client.discovery(server, "signer", undefined, client.PrivateKeyJwt({ key, kid: jwk.kid }));
const few = { scope: "openid orders.read" };
[landed, checks] = await begin(signer, few, async (config, all) => client.buildAuthorizationUrl(config, all));
tokens = await client.authorizationCodeGrant(signer, landed, checks);
say("signer", tokens.token_type, tokens.scope);
