import KubernetesCore

/// What a framework reads to find the other processes of a job: variables, ports and files.
///
/// Variables are set under the names of Kubeflow's first and second version together. A name that the user may set,
/// since no other pod depends on it, is the user's where it is set.
protocol FrameworkContract: Sendable {
    /// What a pod is given.
    func additions(for member: JobMember) -> PodAdditions
    /// What the job's ConfigMap holds for it, by key.
    var files: [String: String] { get }
}

extension FrameworkContract {
    var files: [String: String] { [:] }
}

/// The contract of programs that find each other by themselves.
struct NoContract: FrameworkContract {
    func additions(for member: JobMember) -> PodAdditions { PodAdditions() }
}

extension PodAdditions {
    /// Gives a number.
    mutating func set(_ name: String, _ number: Int) { set(name, String(number)) }

    /// Declares the port at which a framework listens, under the name by which Kubeflow's first version knows it.
    mutating func listen(_ name: String, at port: Int) {
        container["ports"] = [
            ["name": .string(name), "containerPort": .integer(Int64(port)), "protocol": "TCP"]
        ]
    }

    /// Makes Python write every line at once.
    mutating func unbuffered() { set("PYTHONUNBUFFERED", "1") }
}
