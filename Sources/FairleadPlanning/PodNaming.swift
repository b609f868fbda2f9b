import Crypto
import FairleadAPI
import Foundation

/// The annotations and finalizers that Fairlead writes on its pods, and their names.
public enum PodNaming {
    /// The selector of everything that Fairlead made.
    public static let managedSelector = "\(FairleadLabel.managedBy)=\(FairleadLabel.managedByValue)"
    /// On a pod: what it waited for when it had been pending for longer than it may; it is deleted after that is said.
    public static let overdueAnnotation = "fairlead.dev/pending-too-long"
    /// The attempt, from 1.
    public static let attemptAnnotation = "fairlead.dev/attempt"
    /// The attempt of the gang to which a training job's pod belongs, where replicas have attempts of their own.
    public static let gangAttemptAnnotation = "fairlead.dev/gang-attempt"
    /// Failures of the program before this attempt.
    public static let failuresAnnotation = "fairlead.dev/failures"
    /// Failures of the platform before this attempt.
    public static let disruptionsAnnotation = "fairlead.dev/disruptions"
    /// When the first attempt's pod was made, on every later one.
    public static let firstAttemptAnnotation = "fairlead.dev/first-attempt"
    /// The folder in the store that the attempt writes.
    public static let artifactsAnnotation = "fairlead.dev/artifacts"
    /// Where in the store the attempt's log is kept.
    public static let logAnnotation = "fairlead.dev/log"
    /// The code that the attempt runs, where its commit had to be found out.
    public static let codeAnnotation = "fairlead.dev/code"
    /// The digest of what a pod computes, where its outcome goes into the cache.
    public static let computationAnnotation = "fairlead.dev/computation"
    /// Kueue's label for the queue that admits a pod.
    public static let queueLabel = "kueue.x-k8s.io/queue-name"
    /// How many runs a nested run is in.
    public static let depthAnnotation = "fairlead.dev/depth"
    /// Keeps a pod until its outcome is recorded.
    public static let outcomeFinalizer = "fairlead.dev/outcome"

    /// A pod's name: a readable prefix of at most 50 characters and 8 of SHA-256 over what makes the pod unique.
    ///
    /// - Parameters:
    ///   - run: The run's name.
    ///   - runUID: The run's identity.
    ///   - task: The task's name.
    ///   - index: The item's index in a mapped task, else 0.
    ///   - attempt: The attempt, from 1.
    public static func podName(run: String, runUID: String, task: String, index: Int = 0, attempt: Int) -> String {
        name(run: run, task: task, unique: "\(runUID)/\(task)/\(index)/\(attempt)")
    }

    /// A name of an object that belongs to a task: a readable prefix of at most 50 characters and 8 of SHA-256.
    ///
    /// - Parameters:
    ///   - run: The run's name.
    ///   - task: The task's name.
    ///   - unique: What makes the object unique.
    static func name(run: String, task: String, unique: String) -> String {
        var prefix = String("\(run)-\(task)".prefix(50))
        while let last = prefix.last, last == "-" || last == "." { prefix.removeLast() }
        return "\(prefix)-\(hash(unique))"
    }

    /// The ConfigMap that fixes what a run runs.
    public static func specName(run: String) -> String { "\(run)-spec" }

    /// The first 8 hexadecimal digits of a text's SHA-256.
    static func hash(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
