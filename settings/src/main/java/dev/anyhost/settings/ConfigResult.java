package dev.anyhost.settings;

import java.util.List;

/** What came out of reading a configuration file. */
public sealed interface ConfigResult<T> {

    /** The file is right. */
    record Valid<T>(T value) implements ConfigResult<T> {}

    /** The file is wrong; every mistake, in the order in which the keys are read, unknown keys last. Never empty. */
    record Invalid<T>(List<ConfigError> errors) implements ConfigResult<T> {

        /** Keeps a copy. */
        public Invalid {
            errors = List.copyOf(errors);
        }
    }
}
