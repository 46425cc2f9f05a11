package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.TlsClient;
import dev.anyhost.verifier.UnicodeHostname;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.PKIXParameters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container image without Docker: what the Dockerfile copies, its user, its command. */
class ImageIT {

    private static final long MOST_BYTES = 120_000_000;
    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final String LAUNCHER = "/opt/anyhost/bin/anyhost";
    private static final String CACHE = "/opt/anyhost/lib/anyhost.aot";
    private static final Pattern CACHE_USED = Pattern.compile(".*Using AOT-linked classes: true.*");

    @TempDir
    private static Path folder;

    private static ImageTree image;

    @BeforeAll
    static void assemble() throws IOException {
        image = ImageTree.assemble(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void image_servesWithItsOwnCommandAndUserInAReadOnlyRoot_andEndsInOrder() throws Exception {
        Path parts = Files.createDirectory(folder.resolve("parts"));
        try (var deployment = LocalDeployment.start(parts)) {
            Map<String, String> environment = new HashMap<>(deployment.environment());
            environment.put("ANYHOST_JAVA_OPTS", "-Xlog:aot");
            try (ChildProcess proxy = image.start(parts, environment)) {
                deployment.awaitReady(proxy);
                assertThat(proxy.output())
                        .anyMatch(line -> CACHE_USED.matcher(line).matches());
                assertConfined(proxy);

                var visitor =
                        TlsClient.to(deployment.httpsPort(), deployment.pebble().issuingRoots());
                String request = "GET / HTTP/1.1\r\nHost: " + LocalStack.ALLOWED + "\r\nConnection: close\r\n\r\n";
                assertThat(new String(visitor.exchange(LocalStack.ALLOWED, request.getBytes(US_ASCII)), US_ASCII))
                        .startsWith("HTTP/1.1 200 ")
                        .contains("User-Custom-Domain: " + LocalStack.ALLOWED);
                assertThat(deployment.plainStatus(deployment.adminPort(), "/metrics"))
                        .isEqualTo(200);
                assertThat(proxy.terminate(END_LIMIT)).isZero();
            }
        }
    }

    /** With root's rights a test can have what a container has; without, the user is at least not root. */
    private static void assertConfined(ChildProcess proxy) throws IOException {
        Path process = Path.of("/proc", Long.toString(proxy.pid()));
        String uid = ImageTree.isRoot() ? image.user().replaceAll(":.*", "") : "[1-9][0-9]*";
        assertThat(Files.readAllLines(process.resolve("status")))
                .anyMatch(line -> line.matches("Uid:\t" + uid + "\t.*"));
        if (ImageTree.isRoot()) {
            assertThat(Files.readAllLines(process.resolve("mounts")))
                    .map(line -> line.split(" "))
                    .filteredOn(mount -> !mount[1].startsWith("/proc") && !mount[1].startsWith("/dev/"))
                    .isNotEmpty()
                    .allMatch(mount -> List.of(mount[3].split(",")).contains("ro"), "read-only");
        }
    }

    @Test
    void user_isANumberThatIsNotRoots() {
        assertThat(image.user()).matches("[1-9][0-9]*:[1-9][0-9]*");
    }

    @Test
    void tree_addsLessThan120MegabytesToWhatIsPulled() throws Exception {
        Path layer = folder.resolve("layer.tar.gz");
        assertThat(run(Map.of(), "tar", "-C", image.root().toString(), "-czf", layer.toString(), "."))
                .isEqualTo("0");
        assertThat(Files.size(layer)).isLessThan(MOST_BYTES);
    }

    @Test
    void roots_ofPublicAuthoritiesAreThere() throws Exception {
        var roots = KeyStore.getInstance(
                image.at("/opt/anyhost/runtime/lib/security/cacerts").toFile(), (char[]) null);
        assertThat(new PKIXParameters(roots).getTrustAnchors())
                .map(anchor -> anchor.getTrustedCert().getSubjectX500Principal().getName())
                .anyMatch(name -> name.startsWith("CN=ISRG Root X1,"));
    }

    /** For any other the JVM would look through the class path at every start. */
    @Test
    void securityProviders_areAllInTheRuntime() throws IOException {
        String shown = run(
                Map.of(),
                image.at("/opt/anyhost/runtime/bin/java").toString(),
                "-XshowSettings:security:providers",
                "-version");
        assertThat(Files.readAllLines(image.at("/opt/anyhost/runtime/conf/security/java.security")))
                .filteredOn(line -> line.startsWith("security.provider."))
                .hasSizeGreaterThan(4)
                .allSatisfy(line -> assertThat(shown).contains("Provider name: " + line.replaceAll(".*=", "") + "\n"));
    }

    /** The JVM would verify their entries at every start, and no cache holds their classes. */
    @Test
    void jars_areNotSigned() throws IOException {
        try (var files = Files.list(image.at("/opt/anyhost/lib"))) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar")).toList();
            assertThat(jars).hasSizeGreaterThan(40);
            for (Path jar : jars) {
                try (var content = new JarFile(jar.toFile())) {
                    assertThat(content.stream())
                            .map(ZipEntry::getName)
                            .noneMatch(name -> name.matches("META-INF/[^/]+\\.SF"));
                }
            }
        }
    }

    @Test
    void cacheThatIsMissingBrokenOrStale_stopsNoStart() throws Exception {
        Path copy = folder.resolve("stale");
        assertThat(run(Map.of(), "cp", "-a", image.at("/opt/anyhost").toString(), copy.toString()))
                .isEqualTo("0");
        Path cache = copy.resolve("lib/anyhost.aot");
        String launcher = copy.resolve("bin/anyhost").toString();
        Path jar = copy.resolve("lib/picocli-4.7.7.jar");

        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        assertThat(run(Map.of(), launcher, "--version")).endsWith("anyhost 0.1.0\n0");
        Files.write(cache, new byte[4096]);
        assertThat(run(Map.of(), launcher, "--version")).endsWith("anyhost 0.1.0\n0");
        Files.delete(cache);
        assertThat(run(Map.of(), launcher, "--version")).isEqualTo("anyhost 0.1.0\n0");
    }

    @Test
    void otherCommands_findWhatTheyNeedInTheRuntime() {
        String launcher = image.at(LAUNCHER).toString();
        assertThat(run(
                        Map.of(),
                        launcher,
                        "check-config",
                        "--config",
                        image.at("/opt/anyhost/etc/proxy.yaml").toString()))
                .contains("ANYHOST_ORIGIN_URL")
                .endsWith("\n2");
        String keys = folder.resolve("api-keys.txt").toString();
        assertThat(run(Map.of(), launcher, "domains", "keygen", "--admin", "--api-keys", keys))
                .endsWith("\n0");
        assertThat(run(Map.of(), launcher, "verifier", "--help")).endsWith("\n0");
        assertThat(run(Map.of(), launcher, "certs", "--help")).endsWith("\n0");
        assertThat(image.at(CACHE)).isNotEmptyFile();
    }

    /** Names that need ICU's tables of letters, of joining and of directions, by the image's jars in the image's runtime. */
    @Test
    void unicodeNames_areConverted() {
        assertThat(run(
                        Map.of(),
                        image.at("/opt/anyhost/runtime/bin/java").toString(),
                        "-cp",
                        image.at("/opt/anyhost/lib") + "/*:target/test-classes",
                        Names.class.getName()))
                .isEqualTo("xn--bcher-kva.example\nxn--mgba3gch31f060k.com\nno name\n0");
    }

    static final class Names {

        public static void main(String[] arguments) {
            for (String name :
                    List.of("B\u00fccher.example", "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "a\u200db.com")) {
                System.out.println(
                        UnicodeHostname.parse(name).map(Hostname::value).orElse("no name"));
            }
        }
    }

    /** What it printed, and its exit code on a line of its own. */
    private static String run(Map<String, String> environment, String... command) {
        try (var program = ChildProcess.start(List.of(command), environment, Optional.empty())) {
            assertThat(program.endedWithin(END_LIMIT)).isTrue();
            List<String> lines = new ArrayList<>(program.output());
            lines.add(Integer.toString(program.exitCode()));
            return String.join("\n", lines);
        }
    }
}
