"""Makes calls whose ends say more than a caller should hear, and says what of it came."""

import sys

import grpc

channel = grpc.insecure_channel(sys.argv[1])


def ended(what, call):
    try:
        print(what, "answered", *call(), flush=True)
    except grpc.RpcError as error:
        metadata = dict(error.trailing_metadata())
        print(what, error.code().value[0], error.details(), metadata.get("x-trace"), flush=True)


def last(method):
    answer, call = channel.unary_unary(method).with_call(b"a", timeout=20)
    metadata = dict(call.trailing_metadata())
    return answer.decode(), metadata.get("x-last"), metadata.get("via"), metadata.get("x-request-id")


ended("marked", lambda: last("/shop.Echo/Marked"))
for service in ("Echo", "Told"):
    ended("raises", lambda: last(f"/shop.{service}/Raises"))
    breaks = channel.unary_stream(f"/shop.{service}/Breaks")(b"", timeout=20)
    print("breaks", next(breaks).decode(), flush=True)
    ended("breaks", lambda: next(breaks))
