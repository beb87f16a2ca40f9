// Calls each form of a method through the address that it is given, and says what came.

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

public final class Client {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final CallOptions SOON = within(20);
    private static ManagedChannel channel;

    /** Messages are the bytes that they are. */
    private static final MethodDescriptor.Marshaller<byte[]> PLAIN = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw Status.INTERNAL.withCause(e).asRuntimeException();
            }
        }
    };

    private static CallOptions within(long seconds) {
        return CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodType form, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(PLAIN, PLAIN).setType(form).setFullMethodName(name).build();
    }

    private static byte[] unary(String name, byte[] request, CallOptions options) {
        return ClientCalls.blockingUnaryCall(channel, method(MethodType.UNARY, name), options, request);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] many(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 'a');
        return bytes;
    }

    private static void ended(String what, String name, byte[] request) {
        try {
            OUT.println(what + " answered " + unary(name, request, within(20)).length);
        } catch (StatusRuntimeException e) {
            OUT.println(what + " " + e.getStatus().getCode().value() + " " + e.getStatus().getDescription());
        }
    }

    /** Puts what comes into a queue: answers, and at the end null as an empty list. */
    private static StreamObserver<byte[]> into(BlockingQueue<List<String>> queue) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] answer) {
                queue.add(List.of(text(answer)));
            }

            @Override
            public void onError(Throwable error) {
                queue.add(List.of(error.toString()));
            }

            @Override
            public void onCompleted() {
                queue.add(List.of());
            }
        };
    }

    private static String truth(boolean is) {
        return is ? "True" : "False";
    }

    public static void main(String[] arguments) throws Exception {
        channel = OkHttpChannelBuilder.forTarget(arguments[0], InsecureChannelCredentials.create()).build();
        metadata();
        streams();
        endings();
        channel.shutdownNow();
    }

    private static void metadata() {
        Metadata.Key<String> asked = Metadata.Key.of("x-asked", Metadata.ASCII_STRING_MARSHALLER);
        Metadata.Key<String> first = Metadata.Key.of("x-first", Metadata.ASCII_STRING_MARSHALLER);
        Metadata.Key<String> last = Metadata.Key.of("x-last", Metadata.ASCII_STRING_MARSHALLER);
        Metadata.Key<byte[]> binary = Metadata.Key.of("x-bytes-bin", Metadata.BINARY_BYTE_MARSHALLER);
        Metadata sent = new Metadata();
        sent.put(asked, "yes");
        AtomicReference<Metadata> head = new AtomicReference<>();
        AtomicReference<Metadata> tail = new AtomicReference<>();
        var watched = io.grpc.ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(head, tail));
        byte[] answer = ClientCalls.blockingUnaryCall(watched, method(MethodType.UNARY, "shop.Echo/Unary"), SOON, many(300000));
        OUT.println("unary " + answer.length);
        StringBuilder hex = new StringBuilder();
        for (byte octet : tail.get().get(binary)) {
            hex.append(String.format("%02x", octet));
        }
        OUT.println("metadata " + head.get().get(first) + " " + tail.get().get(last) + " " + hex);
    }

    private static void streams() throws InterruptedException {
        List<String> came = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(channel, method(MethodType.SERVER_STREAMING, "shop.Echo/Answers"), within(20), bytes("3"))
            .forEachRemaining(answer -> came.add(text(answer)));
        OUT.println("answers " + String.join(" ", came));
        BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        ClientCall<byte[], byte[]> call = channel.newCall(method(MethodType.CLIENT_STREAMING, "shop.Echo/Asked"), within(20));
        StreamObserver<byte[]> requests = ClientCalls.asyncClientStreamingCall(call, into(answers));
        for (String letter : List.of("a", "b", "c")) {
            requests.onNext(bytes(letter));
        }
        requests.onCompleted();
        OUT.println("asked " + answers.take().get(0));
        // The next request goes out only when the answer to the one before has come.
        answers.clear();
        call = channel.newCall(method(MethodType.BIDI_STREAMING, "shop.Echo/Both"), within(20));
        BlockingQueue<List<String>> both = new LinkedBlockingQueue<>();
        requests = ClientCalls.asyncBidiStreamingCall(call, into(both));
        came.clear();
        for (String letter : List.of("a", "b", "c")) {
            requests.onNext(bytes(letter));
            came.addAll(both.take());
        }
        requests.onCompleted();
        for (List<String> answer = both.take(); !answer.isEmpty(); answer = both.take()) {
            came.addAll(answer);
        }
        OUT.println("both " + String.join(" ", came));
    }

    private static void endings() {
        StringBuilder told = new StringBuilder("left");
        long[][] limits = {{1, 1100}, {60, 2000}, {0, 2000}};
        for (long[] limit : limits) {
            CallOptions options = limit[0] > 0 ? within(limit[0]) : CallOptions.DEFAULT;
            long left = Long.parseLong(text(unary("shop.Echo/Left", new byte[0], options)));
            told.append(' ').append(truth(0 < left && left <= limit[1]));
        }
        OUT.println(told);
        ended("fail", "shop.Echo/Fail", new byte[0]);
        try {
            unary("shop.Echo/Slow", new byte[0], CallOptions.DEFAULT);
        } catch (StatusRuntimeException e) {
            // The house and the service both end it at that moment.
            OUT.println("slow " + e.getStatus().getCode().value());
        }
        ended("unknown", "shop.Other/Unary", new byte[0]);
        ended("locked", "shop.Locked/Unary", new byte[0]);
        ended("large", "shop.Echo/Unary", many(2000000));
        Iterator<byte[]> stops = ClientCalls.blockingServerStreamingCall(
            channel, method(MethodType.SERVER_STREAMING, "shop.Echo/Stops"), CallOptions.DEFAULT, new byte[0]);
        OUT.println("stops " + text(stops.next()));
        try {
            stops.next();
        } catch (StatusRuntimeException e) {
            OUT.println("stops " + e.getStatus().getCode().value() + " " + e.getStatus().getDescription());
        }
    }
}
