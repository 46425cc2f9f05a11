package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The one container of a fleet's task. */
public record Container(JsonNode json) {

    public static Container of(CloudTemplate fleet) {
        List<JsonNode> containers =
                CloudTemplate.elements(fleet.only("AWS::ECS::TaskDefinition").get("ContainerDefinitions"));
        assertThat(containers).hasSize(1);
        return new Container(containers.getFirst());
    }

    public int seconds(String variable) {
        String duration = environment().getOrDefault(variable, "");
        assertThat(duration).matches("[0-9]+s");
        return Integer.parseInt(duration.substring(0, duration.length() - 1));
    }

    public Map<String, String> environment() {
        return CloudTemplate.elements(json.path("Environment")).stream()
                .collect(Collectors.toMap(
                        variable -> variable.get("Name").stringValue(),
                        variable -> CloudTemplate.text(variable.path("Value"))));
    }
}
