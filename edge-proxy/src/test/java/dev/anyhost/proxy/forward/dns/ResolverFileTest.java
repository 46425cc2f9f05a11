package dev.anyhost.proxy.forward.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolverFileTest {

    @TempDir
    private Path folder;

    private ResolverFile read(String text) throws IOException {
        return ResolverFile.read(Files.writeString(folder.resolve("resolv.conf"), text));
    }

    @Test
    void file_isReadAsTheSystemReadsIt() throws IOException {
        ResolverFile file = read("""
                # comment
                nameserver 192.0.2.53
                nameserver 2001:db8::53
                nameserver nonsense
                search default.svc.cluster.local svc.cluster.local
                options timeout:1 ndots:5 rotate
                """);
        assertThat(file.servers())
                .containsExactly(
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53),
                        new InetSocketAddress(InetAddress.ofLiteral("2001:db8::53"), 53));
        assertThat(file.candidates("app"))
                .containsExactly("app.default.svc.cluster.local.", "app.svc.cluster.local.", "app.");
        assertThat(file.candidates("app.")).containsExactly("app.");
        assertThat(file.candidates("a.b.c.d.e.f").getFirst()).isEqualTo("a.b.c.d.e.f.");
    }

    @Test
    void missingFile_meansTheLocalServerAndNothingSearched() {
        ResolverFile file = ResolverFile.read(folder.resolve("none"));
        assertThat(file.servers()).containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53));
        assertThat(file.candidates("app")).containsExactly("app.");
        var other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8053);
        assertThat(file.withServers(List.of(other)).servers()).containsExactly(other);
    }
}
