package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import dev.anyhost.testkit.Trust;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.okhttp.SslSocketFactoryServerCredentials;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** gRPC's own client and server, with a proxy between them; over HTTP/2 that TLS agrees on, and over h2c. */
class GrpcTest {

    private static final String HOST = "shop.example";

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static Way tls;
    private static Way plain;

    enum Kind {
        TLS,
        PLAIN;

        Way way() {
            return this == TLS ? tls : plain;
        }
    }

    /** A client, a proxy and a server. */
    private record Way(GrpcService service, Server server, EdgeProxy proxy, ManagedChannel client) {

        static Way to(ServerCredentials credentials, String scheme, String protocol) throws Exception {
            var service = new GrpcService();
            Server server = OkHttpServerBuilder.forPort(0, credentials)
                    .addService(service.definition())
                    .build()
                    .start();
            EdgeProxy proxy = TestSystem.ready(system.start(
                    URI.create(scheme + "://localhost:" + server.getPort()),
                    tls == null ? system.httpsPort : 0,
                    tls == null ? system.httpPort : 0,
                    Map.of("origin:\n", "origin:\n  protocol: " + protocol + "\n  trusted-roots: origin.pem\n")));
            int port = TestSystem.httpsPort(proxy);
            var _ = system.untilServed(port, HOST);
            ManagedChannel client = OkHttpChannelBuilder.forAddress("127.0.0.1", port)
                    .sslSocketFactory(
                            Trust.context(system.pebble.issuingRoots()).getSocketFactory())
                    .overrideAuthority(HOST)
                    .maxInboundMetadataSize(100_000)
                    .build();
            return new Way(service, server, proxy, client);
        }

        ClientCall<byte[], byte[]> call(MethodDescriptor<byte[], byte[]> method) {
            return client.newCall(method, patient());
        }

        byte[] unary(MethodDescriptor<byte[], byte[]> method, String request) {
            return ClientCalls.blockingUnaryCall(client, method, patient(), request.getBytes(UTF_8));
        }

        StatusRuntimeException failure(MethodDescriptor<byte[], byte[]> method, String request) {
            return catchThrowableOfType(StatusRuntimeException.class, () -> unary(method, request));
        }

        void close() {
            client.shutdownNow();
            proxy.close();
            server.shutdownNow();
        }
    }

    /** A fault ends the test, rather than hanging. */
    private static CallOptions patient() {
        return CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        system.allow(HOST);
        TestCa ca = system.originCa("origin.pem");
        ServerIdentity identity = ca.issue("localhost");
        tls = Way.to(
                SslSocketFactoryServerCredentials.create(
                        identity.serverContext().getSocketFactory()),
                "https",
                "auto");
        plain = Way.to(InsecureServerCredentials.create(), "http", "h2c");
    }

    @AfterAll
    static void stop() throws Exception {
        tls.close();
        plain.close();
        system.close();
    }

    @ParameterizedTest
    @EnumSource
    void unaryCall_isAnswered(Kind kind) {
        assertThat(kind.way().unary(GrpcService.UPPER, "hello")).asString(UTF_8).isEqualTo("HELLO");
    }

    @ParameterizedTest
    @EnumSource
    void statusAndTrailersOfTheServer_reachTheClient(Kind kind) {
        StatusRuntimeException failure = kind.way().failure(GrpcService.REFUSE, "why");
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(failure.getStatus().getDescription()).isEqualTo("not today: 50 %");
        assertThat(failure.getTrailers()).isNotNull();
        assertThat(failure.getTrailers().get(GrpcService.NOTE)).isEqualTo("why");
    }

    @ParameterizedTest
    @EnumSource
    void answerOfTrailersOnly_isTheServersStatus(Kind kind) {
        StatusRuntimeException failure = kind.way().failure(GrpcService.NOWHERE, "");
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @ParameterizedTest
    @EnumSource
    void largeMetadata_comesThrough(Kind kind) {
        var metadata = new Metadata();
        metadata.put(GrpcService.NOTE, "n".repeat(7_000));
        var observed = new AtomicReference<Metadata>();
        var trailers = new AtomicReference<Metadata>();
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        io.grpc.ClientInterceptors.intercept(
                                kind.way().client(),
                                MetadataUtils.newAttachHeadersInterceptor(metadata),
                                MetadataUtils.newCaptureMetadataInterceptor(observed, trailers)),
                        GrpcService.REFUSE,
                        patient(),
                        "t".repeat(7_000).getBytes(UTF_8)));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(trailers.get().get(GrpcService.NOTE)).hasSize(7_000);
    }

    @ParameterizedTest
    @EnumSource
    void streamOfRequests_arrivesWhole(Kind kind) throws Exception {
        BlockingClientCall<byte[], byte[]> call =
                ClientCalls.blockingClientStreamingCall(kind.way().client(), GrpcService.COUNT, patient());
        for (int i = 0; i < 500; i++) {
            assertThat(call.write(new byte[GrpcService.PIECE])).isTrue();
        }
        call.halfClose();
        assertThat(call.read()).asString(UTF_8).isEqualTo(Integer.toString(500 * GrpcService.PIECE));
    }

    @ParameterizedTest
    @EnumSource
    void streamOfResponses_stopsAtTheServerWhileNobodyReads(Kind kind) {
        int all = 2_000;
        Iterator<byte[]> responses = ClientCalls.blockingServerStreamingCall(
                kind.way().call(GrpcService.POUR), Integer.toString(all).getBytes(UTF_8));
        assertThat(responses.next()).hasSize(GrpcService.PIECE);
        // A pass through the same connections: whatever was to follow the first message at once has followed by now.
        kind.way().unary(GrpcService.UPPER, "");
        assertThat(kind.way().service().poured.get()).isLessThan(all / 2);
        int seen = 1;
        while (responses.hasNext()) {
            assertThat(responses.next()).hasSize(GrpcService.PIECE);
            seen++;
        }
        assertThat(seen).isEqualTo(all);
    }

    @ParameterizedTest
    @EnumSource
    void streamsBothWays_answerEachOther(Kind kind) throws Exception {
        BlockingClientCall<byte[], byte[]> call =
                ClientCalls.blockingBidiStreamingCall(kind.way().client(), GrpcService.ECHO, patient());
        for (String message : List.of("one", "two", "three")) {
            assertThat(call.write(message.getBytes(UTF_8))).isTrue();
            assertThat(call.read()).asString(UTF_8).isEqualTo(message);
        }
        call.halfClose();
        assertThat(call.read()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void deadlineOfTheClient_endsTheCallAtTheServer(Kind kind) throws Exception {
        kind.way().unary(GrpcService.UPPER, ""); // So that its time isn't the handshake's.
        ClientCall<byte[], byte[]> hanging = kind.way()
                .client()
                .newCall(GrpcService.HANG, CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS));
        ListenableFuture<byte[]> answer = ClientCalls.futureUnaryCall(hanging, new byte[0]);
        assertThat(kind.way().service().hanging.await(20, TimeUnit.SECONDS)).isTrue();
        ExecutionException late = catchThrowableOfType(ExecutionException.class, answer::get);
        assertThat(Status.fromThrowable(late).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(kind.way().service().cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(kind.way().unary(GrpcService.UPPER, "on")).asString(UTF_8).isEqualTo("ON");
    }
}
