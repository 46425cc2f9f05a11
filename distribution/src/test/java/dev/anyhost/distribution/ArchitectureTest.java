package dev.anyhost.distribution;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house rules that a compiler doesn't keep: who may import whom, and what is never done. */
class ArchitectureTest {

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.anyhost");

    /** What each package of the proxy may import of the proxy; ops and config may be imported by all. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("listen", List.of("handshake", "forward", "challenge", "concurrent", "channel")),
            Map.entry("handshake", List.of("certificate", "challenge", "concurrent", "channel")),
            Map.entry("forward", List.of("http2", "http1", "challenge", "admission", "concurrent", "channel")),
            Map.entry("migration", List.of("certificate", "issuance")),
            Map.entry("renewal", List.of("certificate", "admission", "issuance", "concurrent")),
            Map.entry("certificate", List.of("admission", "issuance", "preflight", "concurrent")),
            Map.entry("preflight", List.of("challenge", "http1")),
            Map.entry("issuance", List.of("challenge")),
            Map.entry("admission", List.of("concurrent")),
            Map.entry("http2", List.of("http1")),
            Map.entry("http1", List.of()),
            Map.entry("challenge", List.of()),
            Map.entry("tickets", List.of()),
            Map.entry("concurrent", List.of()),
            Map.entry("channel", List.of()),
            Map.entry("ops", List.of()),
            Map.entry("config", List.of()));

    @TestFactory
    Stream<DynamicTest> importsGoDownOnly() {
        return MAY_IMPORT.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> onlyImports(entry.getKey(), entry.getValue()).check(PRODUCT)));
    }

    @TestFactory
    Stream<DynamicTest> librariesStayInTheirRooms() {
        return Stream.of(
                onlyIn("acme4j", "org.shredzone..", "dev.anyhost.proxy.issuance.."),
                onlyIn(
                        "DynamoDB",
                        "software.amazon.awssdk.services.dynamodb..",
                        "dev.anyhost.store..",
                        "dev.anyhost.verifier.whitelist..",
                        "dev.anyhost.testkit.."),
                onlyIn("Netty", "io.netty..", "dev.anyhost.proxy..", "dev.anyhost.local..", "dev.anyhost.testkit.."),
                onlyIn("dnsjava", "org.xbill..", "dev.anyhost.dns.."),
                onlyIn("Tink", "com.google.crypto.tink..", "dev.anyhost.store.."));
    }

    @Test
    void time_isAnArgument() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.anyhost.proxy..", "dev.anyhost.store..", "dev.anyhost.verifier..", "dev.anyhost.dns..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("time comes in as InstantSource or Ticker, so that tests own it")
                .check(PRODUCT);
    }

    @Test
    void nothingPrints_butTheCommandLine() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.anyhost.proxy.*..", "dev.anyhost.store..", "dev.anyhost.domain..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(PRODUCT);
    }

    @Test
    void noMutableStatics() {
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage("dev.anyhost..")
                .and()
                .areStatic()
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should()
                .notBeFinal()
                .check(PRODUCT);
    }

    @Test
    void namesSayWhatAThingIs() {
        classes()
                .that()
                .resideInAPackage("dev.anyhost..")
                .should()
                .haveNameNotMatching(".*(Manager|Helper|Util|Utils|Impl|Base)(\\$.*)?")
                .check(PRODUCT);
    }

    @Test
    void noReflection() {
        noClasses()
                .that()
                .resideInAPackage("dev.anyhost..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .check(PRODUCT);
    }

    private static ArchRule onlyImports(String room, List<String> allowed) {
        String[] permitted = Stream.concat(Stream.of(room, "ops", "config"), allowed.stream())
                .map(name -> "dev.anyhost.proxy." + name + "..")
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage("dev.anyhost.proxy." + room + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.anyhost.proxy..").and(not(resideInAnyPackage(permitted))))
                .allowEmptyShould(true);
    }

    private static DynamicTest onlyIn(String name, String library, String... rooms) {
        return DynamicTest.dynamicTest(
                name,
                () -> noClasses()
                        .that(resideInAPackage("dev.anyhost..").and(not(resideInAnyPackage(rooms))))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(library)
                        .check(PRODUCT));
    }
}
