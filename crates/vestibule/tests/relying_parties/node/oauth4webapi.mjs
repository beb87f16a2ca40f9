// oauth4webapi, as published: the same steps one by one, each with its own checks.
import * as oauth from "oauth4webapi";
import { callback, issuer, orders, secret, walked } from "./browser.mjs";

const say = (...words) => console.log(...words);
const url = new URL(issuer);
const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: "oauth2" }));
say("metadata", as.authorization_response_iss_parameter_supported, as.require_pushed_authorization_requests);

const client = { client_id: process.env.APP ?? "edwards", id_token_signed_response_alg: "EdDSA" };
const auth = oauth.ClientSecretBasic(secret);
const keys = await oauth.generateKeyPair("ES256");
const DPoP = oauth.DPoP(client, keys);

/** Does something again where our nonce was missing the first time. */
async function withNonce(step) {
  try {
    return await step();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    say("nonce learnt");
    return await step();
  }
}

const verifier = oauth.generateRandomCodeVerifier();
const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
const parameters = new URLSearchParams({
  client_id: client.client_id,
  redirect_uri: callback,
  response_type: "code",
  scope: "openid email orders.read",
  resource: orders,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
const pushed = await withNonce(async () => {
  const answer = await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { DPoP });
  return oauth.processPushedAuthorizationResponse(as, client, answer);
});
say("pushed", pushed.expires_in);

const address = new URL(as.authorization_endpoint);
address.searchParams.set("client_id", client.client_id);
address.searchParams.set("request_uri", pushed.request_uri);
const landed = await walked(address);
const answer = oauth.validateAuthResponse(as, client, landed, state);
const tokens = await withNonce(async () => {
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, answer, callback, verifier, { DPoP });
  return oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
});
say("code", tokens.token_type, oauth.getValidatedIdTokenClaims(tokens).amr);

const response = await oauth.introspectionRequest(as, client, auth, tokens.access_token);
const told = await oauth.processIntrospectionResponse(as, client, response);
say("introspected", told.active, told.aud === orders, told.cnf.jkt !== undefined);

// Our access tokens are RFC 9068 for whoever reads them as a resource.
const shown = new Request(`${orders}/list`, { headers: {} });
shown.headers.set("authorization", `Bearer ${tokens.access_token}`);
try {
  await oauth.validateJwtAccessToken(as, shown, orders);
} catch (error) {
  say("as bearer", error.message.includes("DPoP"));
}

const called = await withNonce(() => oauth.protectedResourceRequest(tokens.access_token, "GET", new URL(`${orders}/list`), undefined, undefined, { DPoP }));
say("called", called.status);

const revoked = await oauth.revocationRequest(as, client, auth, tokens.refresh_token);
await oauth.processRevocationResponse(revoked);
const dead = await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token);
try {
  await oauth.processRefreshTokenResponse(as, client, dead);
} catch (error) {
  say("after revocation", error.error);
}
