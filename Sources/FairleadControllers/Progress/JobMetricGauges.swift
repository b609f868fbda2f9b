import ControllerRuntime
import FairleadAPI
import KubernetesCore
import PrometheusMetrics

/// Shows the metrics of jobs that are not finished as gauges; those of others are gone.
enum JobMetricGauges {
    static func register(_ registry: MetricRegistry, jobs: Store<TrainingJob>) {
        let gauge = registry.gauge(
            "fairlead_training_job_metric", "What an unfinished training job tells of itself.",
            labels: ["namespace", "job", "metric"])
        gauge.readAll {
            jobs.all.lazy.filter { $0.status.phase?.isTerminal != true && !$0.status.metrics.isEmpty }.flatMap { job in
                job.status.metrics.compactMap { name, value in
                    value.doubleValue.map { ([job.metadata.namespace ?? "", job.metadata.name, name], $0) }
                }
            }
        }
    }
}
