"""Calls each form of a method through the address that it is given, and says what came."""

import queue
import sys

import grpc

channel = grpc.insecure_channel(sys.argv[1])
within = {"timeout": 20}


def say(what, *values):
    print(what, *values, flush=True)


def ended(what, call):
    try:
        say(what, "answered", call())
    except grpc.RpcError as error:
        say(what, error.code().value[0], error.details())


unary = channel.unary_unary("/shop.Echo/Unary")
answer, call = unary.with_call(b"a" * 300000, metadata=(("x-asked", "yes"),), **within)
say("unary", len(answer))
first, last = dict(call.initial_metadata()), dict(call.trailing_metadata())
say("metadata", first["x-first"], last["x-last"], last["x-bytes-bin"].hex())
say("answers", *(answer.decode() for answer in channel.unary_stream("/shop.Echo/Answers")(b"3", **within)))
say("asked", channel.stream_unary("/shop.Echo/Asked")(iter([b"a", b"b", b"c"]), **within).decode())


# The next request goes out only when the answer to the one before has come.
came = []
requests = queue.Queue()
both = channel.stream_stream("/shop.Echo/Both")(iter(requests.get, None), **within)
for text in (b"a", b"b", b"c"):
    requests.put(text)
    came.append(next(both).decode())
requests.put(None)
came.extend(answer.decode() for answer in both)
say("both", *came)
left = channel.unary_unary("/shop.Echo/Left")
say("left", 0 < int(left(b"", timeout=1)) <= 1100, 0 < int(left(b"", timeout=60)) <= 2000, 0 < int(left(b"")) <= 2000)
ended("fail", lambda: channel.unary_unary("/shop.Echo/Fail")(b"", **within))
try:
    say("slow", channel.unary_unary("/shop.Echo/Slow")(b""))
except grpc.RpcError as error:
    # The house and the service both end it at that moment.
    say("slow", error.code().value[0])
ended("unknown", lambda: channel.unary_unary("/shop.Other/Unary")(b"", **within))
ended("locked", lambda: channel.unary_unary("/shop.Locked/Unary")(b"", **within))
ended("large", lambda: unary(b"a" * 2000000, **within))
stops = channel.unary_stream("/shop.Echo/Stops")(b"")
say("stops", next(stops).decode())
ended("stops", lambda: next(stops))
