public import Foundation

/// Decides how a new revision takes over from the one that serves: by steps, checked, or back.
///
/// Of the revisions of a track one is stable, and one at most is the candidate. It may be called at any time and as
/// often as one likes: at each change of readiness, of the spec, and of the routers' reports.
///
/// Guarantees:
/// - A revision gets requests only while it can answer, and only as stable or candidate: whatever was replaced or
///   taken back gets none. Where either can answer, the weights sum to 100: all goes to the other one where one of
///   them can not.
/// - The first revision of all gets everything as soon as it is ready.
/// - The candidate that is not ready in time, or fails a check with enough requests, is taken back at once
///   (``FairleadAPI/RolloutSpec/FailureAction/rollback``) and not tried again until another revision is wanted. It is
///   kept only while the stable one can not answer.
/// - The candidate that served and can answer no more keeps its step and its counts. It is taken back at its third
///   loss, or when it is not back in time: `timeouts.ready` from the first loss, and a minute from each.
/// - What is paused stays so until the spec is changed or another revision is wanted.
/// - While nothing is wanted nothing advances and shares stay, but a check that fails takes the candidate back.
/// - Where the stable revision is gone for good the one that is wanted is the first one again, even one that failed.
/// - Fewer than `minRequests` decide nothing: the step goes on. Step 0 needs none.
/// - The last step lasts like the others where there are checks, else it ends with its beginning.
/// - A new wish replaces the candidate; wishing for the stable one ends the rollout.
///
/// Caveats: the requests of a step are counted by the controller (``RolloutWindows``); what was counted before it
/// started anew is forgotten, so that a step may need more requests, never fewer.
public enum RolloutMachine {
    /// What follows from what is seen.
    ///
    /// Guarantees: a fixpoint: from its own status, with empty windows where a step has begun, nothing new follows.
    public static func plan(_ input: RolloutInput, now: Date) -> RolloutOutput {
        var turn = RolloutTurn(input, now: now)
        turn.decide()
        return turn.output()
    }
}
