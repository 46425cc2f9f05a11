package dev.anyhost.infra.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What has to hold in a template, and changes of the template under which it doesn't any more.
 *
 * @param holds throws an {@link AssertionError} where it doesn't
 */
record SecurityRule(String name, Consumer<CloudTemplate> holds, List<Weakening> weakenings) {

    static SecurityRule rule(String name, Consumer<CloudTemplate> holds, Weakening... weakenings) {
        return new SecurityRule(name, holds, List.of(weakenings));
    }

    /** The value is at all of the places, of which there are some; it may be taken away from none of them. */
    static SecurityRule each(String name, Place places, Object value) {
        return rule(
                name,
                template -> assertThat(places.values(template)).containsOnly(value.toString()),
                Weakening.without(places));
    }

    /** The same, and no other value may be there in its place. */
    static SecurityRule each(String name, Place places, Object value, Object worse) {
        return each(name, places, value).alsoLostBy(Weakening.with(places, worse));
    }

    /** At all of the places is a reference that, as a text, begins so. */
    static SecurityRule leadsTo(String name, Place places, String beginning) {
        return rule(
                name,
                template -> assertThat(places.values(template))
                        .isNotEmpty()
                        .allSatisfy(value -> assertThat(value).startsWith(beginning)),
                Weakening.without(places),
                Weakening.with(places, Map.of("Fn::GetAtt", List.of("Another", "Arn"))));
    }

    /** In none of the resources, of which there are some, is anything at the place. */
    static SecurityRule none(String name, Place places, Object worse) {
        return rule(
                name,
                template -> assertThat(places.values(template)).containsOnly(Place.MISSING),
                Weakening.with(places, worse));
    }

    SecurityRule alsoLostBy(Weakening... more) {
        return new SecurityRule(
                name, holds, Stream.concat(weakenings.stream(), Stream.of(more)).toList());
    }

    /** What rules ask of templates, each of each. */
    static Stream<SecurityProperty> of(List<CloudTemplate> templates, List<SecurityRule> rules) {
        return templates.stream().flatMap(template -> rules.stream().map(rule -> new SecurityProperty(template, rule)));
    }
}
