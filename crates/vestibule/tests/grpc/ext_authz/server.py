"""A service that decides about requests by Envoy's ext_authz, with the messages and stubs that gRPC's authors publish.

Prints its port, then what it was asked, a line of JSON for each, and ends with its standard input. What it says depends
on the path that is asked about.
"""

import json
import sys
import time
from concurrent import futures

import grpc
from envoy.config.core.v3 import base_pb2
from envoy.service.auth.v3 import external_auth_pb2 as auth
from envoy.service.auth.v3 import external_auth_pb2_grpc as stubs
from envoy.type.v3 import http_status_pb2
from google.protobuf import json_format
from google.rpc import status_pb2


def field(name, value):
    return base_pb2.HeaderValueOption(header=base_pb2.HeaderValue(key=name, value=value))


def status(code):
    return status_pb2.Status(code=code)


def yes(**changes):
    return auth.CheckResponse(status=status(0), ok_response=auth.OkHttpResponse(**changes))


def no():
    denied = auth.DeniedHttpResponse(
        status=http_status_pb2.HttpStatus(code=401), headers=[field("location", "/elsewhere")], body="go away"
    )
    return auth.CheckResponse(status=status(7), denied_response=denied)


ANSWERS = {
    "yes": lambda: auth.CheckResponse(status=status(0)),
    "no": no,
    "adds": lambda: yes(headers=[field("X-User", "root")], response_headers_to_add=[field("x-more", "1")]),
    "replaces": lambda: yes(headers=[field("X-Tenant", "mine")]),
    "removes": lambda: yes(headers_to_remove=["X-Tenant"]),
    "query": lambda: yes(query_parameters_to_remove=["page"]),
    "empty": auth.CheckResponse,
    "unsaid": lambda: auth.CheckResponse(ok_response=auth.OkHttpResponse()),
    "failed": lambda: auth.CheckResponse(status=status(13), error_response={}),
    "large": lambda: auth.CheckResponse(status=status_pb2.Status(code=0, message="x" * 100_000)),
}


class Decides(stubs.AuthorizationServicer):
    def Check(self, request, context):
        told = json_format.MessageToDict(request.attributes)
        left = context.time_remaining()
        told["left"] = left if left is not None and left < 1e6 else None
        print(json.dumps(told), flush=True)
        which = request.attributes.request.http.path.partition("?")[0].rpartition("/")[2]
        if which == "late":
            while context.is_active():
                time.sleep(0.01)
        if which == "aborts":
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "no")
        return ANSWERS.get(which, ANSWERS["yes"])()


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    stubs.add_AuthorizationServicer_to_server(Decides(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(None).wait()


main()
