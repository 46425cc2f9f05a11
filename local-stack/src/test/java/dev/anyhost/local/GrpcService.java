package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.ByteStreams;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A gRPC service whose messages are bytes, with a method of each kind. */
final class GrpcService {

    static final Metadata.Key<String> NOTE = Metadata.Key.of("note", Metadata.ASCII_STRING_MARSHALLER);

    static final MethodDescriptor<byte[], byte[]> UPPER = method("Upper", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> REFUSE = method("Refuse", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> HANG = method("Hang", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> NOWHERE = method("Nowhere", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> COUNT = method("Count", MethodType.CLIENT_STREAMING);
    static final MethodDescriptor<byte[], byte[]> POUR = method("Pour", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.BIDI_STREAMING);

    static final int PIECE = 10_000;

    /** Calls of {@link #HANG} that have come, and that the server knows to be cancelled. */
    final CountDownLatch hanging = new CountDownLatch(1);

    final CountDownLatch cancelled = new CountDownLatch(1);
    /** Messages that {@link #POUR} was allowed to send so far. */
    final AtomicInteger poured = new AtomicInteger();

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName("test.Bytes/" + name)
                .setType(type)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return ByteStreams.toByteArray(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder("test.Bytes")
                .addMethod(UPPER, ServerCalls.asyncUnaryCall(GrpcService::upper))
                .addMethod(REFUSE, ServerCalls.asyncUnaryCall(GrpcService::refuse))
                .addMethod(HANG, ServerCalls.asyncUnaryCall(this::hang))
                .addMethod(COUNT, ServerCalls.asyncClientStreamingCall(GrpcService::count))
                .addMethod(POUR, ServerCalls.asyncServerStreamingCall(this::pour))
                .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(GrpcService::echo))
                .build();
    }

    private static void upper(byte[] request, StreamObserver<byte[]> response) {
        response.onNext(
                new String(request, UTF_8).toUpperCase(java.util.Locale.ROOT).getBytes(UTF_8));
        response.onCompleted();
    }

    private static void refuse(byte[] request, StreamObserver<byte[]> response) {
        var trailers = new Metadata();
        trailers.put(NOTE, new String(request, UTF_8));
        response.onError(
                Status.FAILED_PRECONDITION.withDescription("not today: 50 %").asRuntimeException(trailers));
    }

    private void hang(byte[] request, StreamObserver<byte[]> response) {
        ((ServerCallStreamObserver<byte[]>) response).setOnCancelHandler(cancelled::countDown);
        hanging.countDown();
    }

    private static StreamObserver<byte[]> count(StreamObserver<byte[]> response) {
        return new StreamObserver<>() {
            private long sum;

            @Override
            public void onNext(byte[] message) {
                sum += message.length;
            }

            @Override
            public void onError(Throwable cancelled) {}

            @Override
            public void onCompleted() {
                response.onNext(Long.toString(sum).getBytes(UTF_8));
                response.onCompleted();
            }
        };
    }

    /** Sends as many pieces as were asked for, each when there is room for it. */
    private void pour(byte[] request, StreamObserver<byte[]> response) {
        int wanted = Integer.parseInt(new String(request, UTF_8));
        var call = (CallStreamObserver<byte[]>) response;
        var left = new AtomicInteger(wanted);
        call.setOnReadyHandler(() -> {
            while (call.isReady() && left.get() > 0) {
                call.onNext(new byte[PIECE]);
                poured.incrementAndGet();
                if (left.decrementAndGet() == 0) {
                    call.onCompleted();
                }
            }
        });
    }

    private static StreamObserver<byte[]> echo(StreamObserver<byte[]> response) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                response.onNext(message);
            }

            @Override
            public void onError(Throwable cancelled) {}

            @Override
            public void onCompleted() {
                response.onCompleted();
            }
        };
    }
}
