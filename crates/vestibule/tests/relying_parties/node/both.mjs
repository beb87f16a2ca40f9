// One relying party against two providers: what it says has to be the same of ours and of npm's oidc-provider.
import * as client from "openid-client";
import { callback, issuer, secret, walked } from "./browser.mjs";

const say = (...words) => console.log(...words);
const words = (scope) => scope.split(" ").sort().join(" ");
const shop = await client.discovery(new URL(issuer), "both", undefined, client.ClientSecretBasic(secret));
const server = shop.serverMetadata();
say("metadata", server.issuer === issuer, server.code_challenge_methods_supported, server.authorization_response_iss_parameter_supported);

async function flow(parameters, build, options) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const address = await build(shop, {
    redirect_uri: callback,
    scope: "openid email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...parameters,
  });
  const landed = await walked(address);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  return client.authorizationCodeGrant(shop, landed, checks, undefined, options);
}

const plain = async (config, all) => client.buildAuthorizationUrl(config, all);
const tokens = await flow({}, plain);
say("code", tokens.token_type, words(tokens.scope), tokens.claims().aud);
const person = await client.fetchUserInfo(shop, tokens.access_token, tokens.claims().sub);
say("userinfo", person.email, person.email_verified);
const next = await client.refreshTokenGrant(shop, tokens.refresh_token);
say("refresh", next.token_type, next.claims().sub === tokens.claims().sub);
say("introspected", (await client.tokenIntrospection(shop, next.access_token)).active);
await client.tokenRevocation(shop, next.refresh_token);
say("revoked", (await client.tokenIntrospection(shop, next.refresh_token)).active);
say("unknown", (await client.tokenIntrospection(shop, "x")).active);
say("pushed", (await flow({}, (config, all) => client.buildAuthorizationUrlWithPAR(config, all))).token_type);
const proofs = client.getDPoPHandle(shop, await client.randomDPoPKeyPair("ES256"));
const bound = await flow({}, plain, { DPoP: proofs });
say("dpop", bound.token_type);
say("dpop userinfo", (await client.fetchUserInfo(shop, bound.access_token, bound.claims().sub, { DPoP: proofs })).email);

for (const [what, parameters] of [
  ["plain", { code_challenge_method: "plain" }],
  ["request", { request: "x" }],
]) {
  try {
    await flow(parameters, plain);
    say(what, "given");
  } catch (error) {
    say(what, error.error ?? error.code);
  }
}
try {
  await client.refreshTokenGrant(shop, next.refresh_token);
} catch (error) {
  say("dead", error.error);
}
