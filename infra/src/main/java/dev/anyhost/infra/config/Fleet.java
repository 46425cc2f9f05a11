package dev.anyhost.infra.config;

import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Proxies behind one load balancer.
 *
 * @param name of the fleet within its region, such as {@code blue}
 * @param weight Global Accelerator's weight of this fleet among those of its region; 0: no visitors
 * @param image a tag or {@code sha256:} digest in the region's repository
 * @param capacity how much of it
 */
public record Fleet(String name, int weight, String image, Capacity capacity) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,9}");
    private static final Pattern IMAGE = Pattern.compile("sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final int HEAVIEST = 255;

    /**
     * How many tasks, and how large.
     *
     * @param cpu in 1/1024 of a virtual processor
     * @param memory in MiB
     * @param flowsPerTask open connections at which another task is started
     */
    public record Capacity(int least, int most, int cpu, int memory, int flowsPerTask) {

        /** However many processors, Fargate has no more memory than this for them. */
        private static final int MOST_MEMORY = 30_720;

        /** Less than half of the 55,000 ports that the balancer has towards a task: a burst comes before the next task. */
        private static final int MOST_FLOWS = 25_000;

        static Capacity of(ConfigSection section) {
            int least = section.integer("min-tasks", 2, 1, 1_000);
            int most = section.integer("max-tasks", Math.max(least, 10), 1, 1_000);
            if (most < least) {
                section.mistake("max-tasks", Integer.toString(most), "at least min-tasks, " + least);
            }
            int cpu = section.choice("cpu", 1024, Map.of("512", 512, "1024", 1024, "2048", 2048, "4096", 4096));
            return new Capacity(
                    least, most, cpu, memory(section, cpu), section.integer("flows-per-task", 5_000, 100, MOST_FLOWS));
        }

        /** Fargate has 2 to 8 MiB for each 1/1024 of a processor (ECS developer guide, "Task CPU and memory"). */
        private static int memory(ConfigSection section, int cpu) {
            int least = 2 * cpu;
            int most = Math.min(8 * cpu, MOST_MEMORY);
            return section.value(
                    "memory",
                    least,
                    "MiB, a multiple of 1024 from " + least + " to " + most + " for this cpu",
                    text -> ConfigValues.integer(text).filter(mib -> mib % 1024 == 0 && mib >= least && mib <= most));
        }
    }

    static Fleet of(ConfigSection section) {
        return new Fleet(
                section.required(
                        "name",
                        "fleet",
                        "a letter, then up to 9 letters and digits, all small",
                        text -> Optional.of(text)
                                .filter(name -> NAME.matcher(name).matches())),
                section.integer("weight", 128, 0, HEAVIEST),
                section.required(
                        "image",
                        "image",
                        "a tag or sha256: digest in the repository",
                        text -> Optional.of(text)
                                .filter(image -> IMAGE.matcher(image).matches())),
                Capacity.of(section));
    }
}
