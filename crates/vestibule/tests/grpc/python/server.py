"""A service of gRPC's own making, with each form of a method. Prints its port, and ends with its standard input."""

import sys
import time
from concurrent import futures

import grpc


def unary(request, context):
    seen = dict(context.invocation_metadata())
    context.send_initial_metadata((("x-first", seen.get("x-asked", "nothing")),))
    context.set_trailing_metadata((("x-last", "7"), ("x-bytes-bin", bytes([0, 255]))))
    return request


def answers(request, context):
    for number in range(1, int(request) + 1):
        yield b"%d" % number


def asked(requests, context):
    return b" ".join(requests)


def both(requests, context):
    for request in requests:
        yield request.upper()


def fail(request, context):
    context.abort(grpc.StatusCode.NOT_FOUND, "no such thing: \u00e4 50%")


def left(request, context):
    """How many milliseconds the caller still waits, as the service is told."""
    left = context.time_remaining()
    return b"none" if left is None or left > 1e6 else b"%d" % (left * 1000)


def slow(request, context):
    """Answers when nobody waits any more."""
    while context.is_active():
        time.sleep(0.01)
    return b"too late"


def stops(request, context):
    """Begins an answer, and then hangs."""
    yield b"begun"
    while context.is_active():
        time.sleep(0.01)


def marked(request, context):
    """Ends with fields that only a head may have, and one that may stand there."""
    context.set_trailing_metadata((("x-request-id", "theirs"), ("via", "theirs"), ("x-last", "7")))
    return request


def raises(request, context):
    raise ValueError("the password of the database")


def breaks(request, context):
    """Begins an answer, and then fails."""
    yield b"begun"
    context.set_trailing_metadata((("x-trace", "the password of the database"),))
    context.abort(grpc.StatusCode.INTERNAL, "the password of the database")


METHODS = {
    "Unary": grpc.unary_unary_rpc_method_handler(unary),
    "Answers": grpc.unary_stream_rpc_method_handler(answers),
    "Asked": grpc.stream_unary_rpc_method_handler(asked),
    "Both": grpc.stream_stream_rpc_method_handler(both),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
    "Left": grpc.unary_unary_rpc_method_handler(left),
    "Slow": grpc.unary_unary_rpc_method_handler(slow),
    "Marked": grpc.unary_unary_rpc_method_handler(marked),
    "Raises": grpc.unary_unary_rpc_method_handler(raises),
    "Breaks": grpc.unary_stream_rpc_method_handler(breaks),
    "Stops": grpc.unary_stream_rpc_method_handler(stops),
}


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32))
    for service in ("shop.Echo", "shop.Told", "shop.Locked"):
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, METHODS),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(None).wait()


main()
