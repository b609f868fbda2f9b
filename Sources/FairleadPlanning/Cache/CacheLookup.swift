public import FairleadAPI
public import Foundation
public import KubernetesCore

/// Looks one computation up: a machine that says which call to make next until it has an answer.
///
/// The create of an entry is the claim to compute it; whoever finds it claimed waits.
///
/// Guarantees: while nobody who claims dies, each entry is computed once. A claim whose holder can't complete it any
/// more is taken over, so that no death costs more than the computation.
public struct CacheLookup: Sendable {
    /// What is to be done next.
    public enum Step: Sendable, Equatable {
        /// Create the entry as a claim.
        case create(JSONValue)
        /// Read the entry.
        case read
        /// Read the run that claims the entry.
        case readClaimant(CacheEntry)
        /// Delete this very version of the entry.
        case delete(CacheEntry)
        /// Nothing more.
        case answer(Answer)
    }

    /// What the cache says.
    public enum Answer: Sendable, Equatable {
        /// The item is to be computed.
        case compute
        /// The outcome is there.
        case found(ItemOutput, CacheEntry)
        /// Somebody else computes it.
        case wait(CacheEntry)
    }

    private let request: CacheRequest
    private let now: Date
    private var entry: CacheEntry?
    private var rounds = 0

    /// How often an entry may change under a look-up; then the item is computed without a claim, which costs at most
    /// the computation.
    private static let mostRounds = 8

    /// Begins.
    public init(_ request: CacheRequest, now: Date) {
        self.request = request
        self.now = now
    }

    /// The first step.
    ///
    /// - Parameter isKnown: Whether the entry was there when last heard of, so that trying to claim it would be in vain.
    public mutating func begin(isKnown: Bool) -> Step { isKnown ? .read : create() }

    /// Takes the news of a create: whether it made the entry, or found one.
    public mutating func didCreate(_ isOurs: Bool) -> Step { isOurs ? .answer(.compute) : .read }

    /// Takes what was read: the entry and what it holds; nil where there is none.
    public mutating func didRead(_ entry: CacheEntry?, _ output: ItemOutput?) -> Step {
        guard let entry else { return create() }
        self.entry = entry
        switch entry.state {
        case .done:
            guard let output, entry.key64 == request.key.digest, !entry.isExpired(maxAge: request.maxAge, now: now)
            else { return .delete(entry) }
            if let least = request.notBefore, entry.time.map({ $0.date < least }) ?? true {
                // It stays for others until what is computed now takes its place.
                return .answer(.compute)
            }
            return .answer(.found(output, entry))
        case .claimed:
            return entry.claimant == request.claimant ? .answer(.compute) : .readClaimant(entry)
        case nil: return .delete(entry)
        }
    }

    /// Takes the claimant's run, nil where it is gone.
    public mutating func didReadClaimant(_ run: PipelineRun?) -> Step {
        guard let entry else { return .read }
        return entry.isBeingComputed(by: run) ? .answer(.wait(entry)) : .delete(entry)
    }

    /// Takes the news that the entry was deleted, or was not that version any more.
    public mutating func didDelete() -> Step { create() }

    private mutating func create() -> Step {
        rounds += 1
        guard rounds <= Self.mostRounds else { return .answer(.compute) }
        return .create(request.claim(now: now))
    }
}
