package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.cxapi.SynthesisMessage;

/** cdk-nag's AwsSolutions rules over every stack; what is suppressed says why beside the resource. */
class NagTest {

    static Stream<Example> examples() {
        return Example.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void stacks_lookedAtByNag_haveNoUnsuppressedFinding(Example example) {
        List<String> findings =
                example.stacks().stream().flatMap(NagTest::findings).toList();
        assertThat(findings).isEmpty();
    }

    private static Stream<String> findings(Stack stack) {
        Annotations annotations = Annotations.fromStack(stack);
        return Stream.of(annotations.findError("*", Match.anyValue()), annotations.findWarning("*", Match.anyValue()))
                .flatMap(List<SynthesisMessage>::stream)
                .map(found -> found.getId() + ": " + found.getEntry().getData());
    }
}
