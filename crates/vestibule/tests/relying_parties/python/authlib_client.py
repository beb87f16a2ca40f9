"""Authlib, as published: a server with people in front of it, over requests."""
import os
from urllib.parse import parse_qs, urlparse

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

issuer = os.environ["ISSUER"]
callback = "https://app.example/callback"
server = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()
print("issuer", server["issuer"] == issuer)

verifier, nonce = generate_token(48), generate_token(20)
app = OAuth2Session(
    "shop",
    os.environ["SECRET"],
    scope="openid email offline_access orders.read",
    redirect_uri=callback,
    code_challenge_method="S256",
    token_endpoint=server["token_endpoint"],
)
address, state = app.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
landed = requests.get(os.environ["PERSON"] + "/walk", params={"url": address}, timeout=60).text
print("iss", parse_qs(urlparse(landed).query)["iss"] == [issuer])
token = app.fetch_token(server["token_endpoint"], authorization_response=landed, code_verifier=verifier, state=state)
print("code", token["token_type"], token["scope"])

keys = KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=30).json())
claims = jwt.decode(token["id_token"], keys).claims
rules = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": issuer},
    aud={"essential": True, "value": "shop"},
    nonce={"essential": True, "value": nonce},
    exp={"essential": True},
)
rules.validate(claims)
print("id_token", sorted(claims))
person = app.get(server["userinfo_endpoint"]).json()
print("userinfo", person["sub"] == claims["sub"], person["email"])

print("called", app.get(os.environ["ORDERS"] + "/list").status_code)

old = token["refresh_token"]
token = app.refresh_token(server["token_endpoint"], refresh_token=old)
print("refresh", token["refresh_token"] != old)
told = app.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json()
print("introspected", told["active"], told["client_id"])
print("revoked", app.revoke_token(server["revocation_endpoint"], token=token["refresh_token"]).status_code)
told = app.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json()
print("introspected", told)
print("called", app.get(os.environ["ORDERS"] + "/list").status_code)
