package dev.anyhost.infra.stack;

import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.sns.ITopic;
import software.constructs.Construct;

/** Alarms of one stack. A quiet metric is a good sign: nothing happened. */
record Alarms(Construct scope, ITopic topic) {

    private static final Duration PERIOD = Duration.minutes(5);

    /** Whenever it is above the limit in two of three periods of five minutes. */
    void above(String id, String meaning, double limit, IMetric metric) {
        above(id, meaning, limit, metric, 3, 2);
    }

    /** Whenever it is above nothing, once. */
    void any(String id, String meaning, IMetric metric) {
        above(id, meaning, 0, metric, 1, 1);
    }

    private void above(String id, String meaning, double limit, IMetric metric, int periods, int breaching) {
        Alarm alarm = Alarm.Builder.create(scope, id + "Alarm")
                .alarmDescription(meaning)
                .metric(metric)
                .threshold(limit)
                .comparisonOperator(ComparisonOperator.GREATER_THAN_THRESHOLD)
                .evaluationPeriods(periods)
                .datapointsToAlarm(breaching)
                .treatMissingData(TreatMissingData.NOT_BREACHING)
                .build();
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
    }

    static Metric metric(String namespace, String name, String statistic, Map<String, String> dimensions) {
        return Metric.Builder.create()
                .namespace(namespace)
                .metricName(name)
                .statistic(statistic)
                .dimensionsMap(dimensions)
                .period(PERIOD)
                .build();
    }
}
