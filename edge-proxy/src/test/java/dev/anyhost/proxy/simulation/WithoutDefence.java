package dev.anyhost.proxy.simulation;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The product with one piece of its text replaced: compiled into a folder of its own, and run by the simulation in a class
 * loader that has all of our classes to itself.
 *
 * @param source from the root of the project
 * @param text has to be there once: who changes it decides anew whether the defence still is one
 */
record WithoutDefence(Path source, String text, String instead) {

    /** What the simulation has to say about it; empty: nothing. */
    String firstViolation(Path folder, long seed, int schedules) throws Exception {
        compile(mutated(folder), folder.resolve("classes"));
        try (var loader = new OursFirst(urls(folder.resolve("classes")))) {
            Method simulation =
                    loader.loadClass(Simulation.class.getName()).getMethod("firstViolation", long.class, int.class);
            return (String) simulation.invoke(null, seed, schedules);
        }
    }

    private Path mutated(Path folder) throws IOException {
        String whole = Files.readString(Path.of("..").resolve(source));
        if (whole.split(Pattern.quote(text), -1).length != 2) {
            throw new AssertionError(source + ": not there exactly once: " + text);
        }
        Path file = folder.resolve(source.getFileName());
        Files.writeString(file, whole.replace(text, instead));
        return file;
    }

    private static void compile(Path file, Path classes) throws IOException {
        Files.createDirectories(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            complaints,
                            files,
                            null,
                            List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", classPath()),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            if (!compiled) {
                throw new AssertionError(complaints.toString());
            }
        }
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static URL[] urls(Path first) throws IOException {
        List<URL> urls = new ArrayList<>(List.of(first.toUri().toURL()));
        for (String entry : classPath().split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private static final class OursFirst extends URLClassLoader {

        private OursFirst(URL[] urls) {
            super(urls, WithoutDefence.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.anyhost.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
        }
    }
}
