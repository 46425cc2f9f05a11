package dev.anyhost.infra.security;

import dev.anyhost.infra.CloudTemplate;
import java.util.List;

/** A property that one template has to have. */
record SecurityProperty(CloudTemplate template, SecurityRule rule) {

    /** Throws an {@link AssertionError} unless the template has it. */
    void assertHolds() {
        try {
            rule.holds().accept(template);
        } catch (AssertionError missed) {
            throw new AssertionError(this + ": " + missed.getMessage(), missed);
        }
    }

    /** Throws an {@link AssertionError} unless its own assertion fails after each of its weakenings, at every place. */
    void assertMissed() {
        if (rule.weakenings().isEmpty()) {
            throw new AssertionError(this + ": nothing takes it away (expected: a weakening at least)");
        }
        for (Weakening weakening : rule.weakenings()) {
            List<CloudTemplate> weakened = weakening.of(template);
            if (weakened.isEmpty()) {
                throw new AssertionError(this + ": " + weakening.place() + " is nowhere in " + template.name());
            }
            weakened.forEach(this::assertMissedIn);
        }
    }

    private void assertMissedIn(CloudTemplate weakened) {
        if (weakened.json().equals(template.json())) {
            throw new AssertionError(this + ": " + weakened.name() + " is the template as it was");
        }
        try {
            rule.holds().accept(weakened);
        } catch (AssertionError _) {
            return;
        }
        throw new AssertionError(this + ": not missed in " + weakened.name());
    }

    @Override
    public String toString() {
        return template.name() + ": " + rule.name();
    }
}
