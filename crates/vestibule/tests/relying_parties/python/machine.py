"""Authlib, as published: a program that calls for itself, with a certificate, over requests."""
import json
import os
import time

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

door = os.environ["DOOR"]
certificate = (os.environ["CERTIFICATE"], os.environ["KEY"])
server = requests.get(f"{door}/.well-known/oauth-authorization-server", cert=certificate, timeout=30).json()
print("issuer", server["issuer"] == os.environ["ISSUER"])
endpoint = server["token_endpoint"]

# client_secret_basic, which Authlib does unless told otherwise.
app = OAuth2Session("batch", os.environ["SECRET"], scope="orders.read")
app.cert = certificate
token = app.fetch_token(endpoint, grant_type="client_credentials")
print("basic", token["token_type"], token["scope"], token.get("refresh_token"))
called = app.get(f"{door}/orders/list")
print("called", called.status_code, called.text)
sent = app.post(f"{door}/orders/list")
print("sent", sent.status_code, sent.json()["code"])
stolen = requests.get(
    f"{door}/orders/list",
    headers={"Authorization": f"Bearer {token['access_token']}"},
    cert=(os.environ["OTHER_CERTIFICATE"], os.environ["OTHER_KEY"]),
    timeout=30,
)
print("stolen", stolen.status_code, stolen.json()["code"])
told = app.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json()
print("introspected", told["active"], told["client_id"])
print("revoked", app.revoke_token(server["revocation_endpoint"], token=token["access_token"]).status_code)
print("introspected", app.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json())


def signing(**options):
    """An app that signs with its own key who it is."""
    key = ECKey.import_key(json.loads(os.environ["SIGNER"]))
    app = OAuth2Session("signer", key, token_endpoint_auth_method="private_key_jwt")
    app.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256", **options))
    app.cert = certificate
    return app


# For an hour, unless it is told otherwise.
try:
    signing().fetch_token(endpoint, grant_type="client_credentials")
except OAuthError as refused:
    print("signed for an hour", refused.error)
app = signing(claims={"exp": int(time.time()) + 60})
token = app.fetch_token(endpoint, grant_type="client_credentials")
print("signed", token["token_type"], token["scope"])
called = app.get(f"{door}/stock/list")
print("called", called.status_code, called.text)
