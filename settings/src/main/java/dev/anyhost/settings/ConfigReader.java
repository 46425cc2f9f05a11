package dev.anyhost.settings;

import dev.anyhost.settings.ConfigResult.Invalid;
import dev.anyhost.settings.ConfigResult.Valid;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/** Reads a YAML configuration file into a record, and finds every mistake in it at once. */
public final class ConfigReader {

    private ConfigReader() {}

    /**
     * Reads the file. {@code shape} takes every value it knows out of the root section, whatever the other values are:
     * a key that it doesn't ask for is unknown and a mistake. After a mistake it gets fallbacks and placeholders, and
     * what it makes of them is thrown away.
     *
     * @param environment the value of an environment variable, for <code>${NAME}</code> and <code>${NAME:default}</code>
     */
    public static <T> ConfigResult<T> read(
            Path file, Function<String, Optional<String>> environment, Function<ConfigSection, T> shape) {
        YamlNode tree;
        try {
            tree = YamlNode.parse(Files.readString(file));
        } catch (CharacterCodingException notText) {
            return unreadable(file, "not UTF-8", "a YAML file");
        } catch (IOException unreadable) {
            return unreadable(file, "can't be read", "a readable YAML file");
        } catch (JacksonException notYaml) {
            return unreadable(file, notYaml.getOriginalMessage() + place(notYaml), "one YAML document");
        }
        Path base = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file.toAbsolutePath());
        var errors = new ArrayList<ConfigError>();
        var root = ConfigSection.root(tree, new Substitution(environment), base, errors);
        T value = shape.apply(root);
        root.reportUnknownKeys();
        return errors.isEmpty() ? new Valid<>(value) : new Invalid<>(errors);
    }

    private static String place(JacksonException notYaml) {
        var location = notYaml.getLocation();
        return location == null ? "" : " in line " + location.getLineNr();
    }

    private static <T> ConfigResult<T> unreadable(Path file, String value, String expected) {
        return new Invalid<>(List.of(new ConfigError(file.toString(), value, expected)));
    }
}
