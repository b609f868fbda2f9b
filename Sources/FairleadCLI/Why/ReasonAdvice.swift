import FairleadAPI

/// What each reason means and what to do about it: the words of `fairlead why` and of `docs/reasons.md`.
enum ReasonAdvice {
    /// What a reason says.
    struct Entry: Sendable, Hashable {
        var meaning: String
        /// nil where nothing is to be done.
        var advice: String?
    }

    /// The entry of a reason.
    static func entry(_ reason: Reason) -> Entry {
        ofProgram(reason) ?? ofGraph(reason) ?? ofService(reason) ?? ofPlatform(reason)
    }

    /// The table of `docs/reasons.md`.
    static var table: [String] {
        ["| reason | meaning | what to do |", "| --- | --- | --- |"]
            + Reason.allCases.map { reason in
                let entry = entry(reason)
                return "| `\(reason.rawValue)` | \(entry.meaning) |\(entry.advice.map { " \($0) " } ?? " ")|"
            }
    }

    private static func ofProgram(_ reason: Reason) -> Entry? {
        switch reason {
        case .exitCode:
            Entry(
                meaning: "the program ended with a code that is not 0",
                advice: "read the log; `retry` where it may pass")
        case .outOfMemory:
            Entry(
                meaning: "the program took more memory than `resources.memory`",
                advice: "give the task more, or let the program take less; a retry with the same limit ends the same")
        case .timeout:
            Entry(
                meaning: "an attempt took longer than `timeouts.attempt`, all attempts of a task together longer than "
                    + "`timeouts.total`, the run longer than `activeDeadlineSeconds`, or nobody decided about an "
                    + "approval in time",
                advice: "see in the log where the time went; raise the limit where it was too short")
        case .packagesFailed:
            Entry(
                meaning: "`packages` could not be installed",
                advice: "read pip's last lines in the message; check names, versions and `packages.index`")
        case .resultMissing:
            Entry(
                meaning: "the program ended with 0 and a declared result or artifact was not written",
                advice: "write `name=value` lines to `$FAIRLEAD_RESULTS`, files to `$FAIRLEAD_OUTPUTS/<name>`")
        case .resultInvalid:
            Entry(
                meaning: "a result is not of its type; the message shows what was written",
                advice: "write the value as JSON, or declare another type")
        case .resultTooLarge:
            Entry(
                meaning: "the results together reached the [limit](limits.md)", advice: "write an artifact")
        case .invalidSpec:
            Entry(
                meaning: "the object cannot mean what it says; the message has the field's path and, where there is "
                    + "one, the nearest right name",
                advice: "mend the object; `fairlead validate` tells the same of a file")
        default: nil
        }
    }

    private static func ofGraph(_ reason: Reason) -> Entry? {
        switch reason {
        case .upstreamFailed: Entry(meaning: "a task that this one needs failed", advice: "mend that one")
        case .upstreamSkipped: Entry(meaning: "a task that this one needs was skipped")
        case .conditionFalse: Entry(meaning: "`when` was false: the task was skipped")
        case .expressionFailed:
            Entry(
                meaning: "a condition or a reference could not be evaluated when its task was due",
                advice: "mend the expression at the path in the message")
        case .checkFailed:
            Entry(meaning: "what a `check` demands did not hold", advice: "see the values in the message")
        case .cached: Entry(meaning: "the outcome of an earlier run was taken; the message names it")
        case .recovered: Entry(meaning: "the outcome was taken over from the run of `resumeFrom`")
        case .rejected: Entry(meaning: "a person rejected it", advice: "`fairlead rerun` asks again")
        case .cancelled: Entry(meaning: "it gave way to another run of its concurrency group")
        case .stopped:
            Entry(
                meaning: "a person ended the run or the job with `spec.shutdown`",
                advice: "`fairlead rerun` goes on with a run; a job is made anew")
        case .statusTooLarge:
            Entry(
                meaning: "what there is to say about the tasks does not fit into an object",
                advice: "fewer tasks, or smaller results: write artifacts")
        default: nil
        }
    }

    private static func ofService(_ reason: Reason) -> Entry? {
        switch reason {
        case .nameTaken:
            Entry(
                meaning: "a Service of the inference service's name is there and not its own: it is left alone, "
                    + "and nothing leads to the model",
                advice: "rename the service, or remove what has its name")
        case .noRuntime:
            Entry(
                meaning: "no serving runtime takes the model's format, or speaks the protocol, or the one that "
                    + "`runtime` names is not there",
                advice: "see `kubectl get clusterservingruntimes`; mend `model.format` or `runtime`")
        case .runtimeDisabled:
            Entry(
                meaning: "the runtime that `runtime` names says `disabled: true`",
                advice: "name another one")
        case .modelMissing:
            Entry(
                meaning: "the model, the alias or the version that a service names is not registered",
                advice: "register it, or move the alias; the service goes on by itself")
        case .modelLoading:
            Entry(
                meaning: "the revision that is wanted is not ready yet; the message says what its pods wait for")
        case .modelLoadFailed:
            Entry(
                meaning: "the kubelet can't make a container of the revision, or the API server takes no pods of "
                    + "it",
                advice: "see the message: a Secret or ConfigMap is missing, or a quota is used up")
        case .rolledBack:
            Entry(
                meaning: "a revision failed a check of its rollout or was not ready in time: the one before it "
                    + "has all requests again",
                advice: "see the message; another model or spec is tried again, the same one is not")
        default: nil
        }
    }

    private static func ofPlatform(_ reason: Reason) -> Entry {
        switch reason {
        case .queued:
            Entry(
                meaning: "it waits for a slot of its concurrency group, or for its queue to admit it",
                advice: "see what is ahead of it: `fairlead why` names it")
        case .suspended:
            Entry(
                meaning: "`spec.suspend` is true and nothing runs any more, or a task waits for an approval",
                advice: "`fairlead resume`, or `fairlead approve`")
        case .pendingTimeout:
            Entry(
                meaning: "a pod did not start within `timeouts.pending`",
                advice: "see the pod's events: no node has what it asks for, or a volume is missing")
        case .imagePullFailed:
            Entry(
                meaning: "the image could not be had", advice: "check `image`, its tag, and `pullSecrets`")
        case .artifactStoreFailed:
            Entry(
                meaning: "an artifact could not be stored, an input could not be fetched, or there is no store",
                advice: "see the message; check the Connection of its URI and that one's Secret: "
                    + "[storage](storage.md)")
        case .preempted, .evicted, .nodeLost:
            Entry(
                meaning: reason == .preempted
                    ? "the platform gave the pod's place to another more often than its budget allows"
                    : reason == .evicted
                        ? "the platform took the pod away more often than its budget allows"
                        : "the pod's node went away more often than its budget allows",
                advice: "run it again; keep state with `checkpoint`, or do without `spot`")
        default: Entry(meaning: "work goes on")
        }
    }
}
