import Foundation
import KubernetesCore

/// Divides requests among revisions by weight.
///
/// Without a user, the shares are as exact at any time as whole requests allow. A user stays: with a variant while the
/// variants' weights stay, whatever is rolled out inside of it, and with a candidate once it has come there, until the
/// candidate's own weight falls. When weights change, no more users move than must.
struct RevisionChoice: Sendable {
    fileprivate struct Option: Sendable {
        /// The place among the service's revisions.
        var index: Int
        var weight: Int
        var salt: UInt64
    }

    fileprivate struct Track: Sendable {
        var weight: Int
        var salt: UInt64
        var options: [Option]
    }

    private let tracks: [Track]
    private let options: [Option]
    private let total: UInt64

    /// - Parameters:
    ///   - revisions: In any order; those without weight get nothing.
    ///   - service: So that a user has another luck in every service.
    init(_ revisions: [RevisionRoute], service: ObjectKey) {
        let salt = Spread.hash(service.name, salt: Spread.hash(service.namespace ?? ""))
        let options = revisions.enumerated().filter { $0.element.weight > 0 }.map { index, revision in
            Option(index: index, weight: revision.weight, salt: Spread.hash(revision.name, salt: salt))
        }
        let names = Set(options.map { revisions[$0.index].track }).sorted()
        tracks = names.map { name in
            let own = options.filter { revisions[$0.index].track == name }
            return Track(
                weight: own.reduce(0) { $0 + $1.weight }, salt: Spread.hash(name, salt: salt &+ 1), options: own)
        }
        self.options = options
        total = UInt64(options.reduce(0) { $0 + $1.weight })
    }

    /// The revision whose turn it is; nil where none has a weight.
    func inTurn(_ turn: UInt64) -> Int? {
        guard options.count > 1 else { return options.first?.index }
        var rest = Int((turn &* Spread.golden).multipliedFullWidth(by: total).high)
        for option in options {
            if rest < option.weight { return option.index }
            rest -= option.weight
        }
        return options.last?.index
    }

    /// The revision that a user has; nil where none has a weight.
    ///
    /// - Parameter user: A hash of who it is.
    func lasting(user: UInt64) -> Int? {
        guard options.count > 1 else { return options.first?.index }
        let track = tracks.count == 1 ? tracks.first : tracks.max { $0.score(user) < $1.score(user) }
        return track?.options.max { $0.score(user) < $1.score(user) }?.index
    }

    /// The other revisions of a revision's variant that have a weight.
    func siblings(of index: Int) -> [Int] {
        let track = tracks.first { $0.options.contains { $0.index == index } }
        return track.map { $0.options.map(\.index).filter { $0 != index } } ?? []
    }

    /// Weighted rendezvous hashing (Thaler and Ravishankar, 1998): the option with the largest score has the user.
    fileprivate static func score(_ user: UInt64, salt: UInt64, weight: Int) -> Double {
        let luck = (Double(Spread.mixed(user ^ salt) >> 11) + 0.5) * 0x1p-53
        return Double(weight) / -log(luck)
    }
}

extension RevisionChoice.Option {
    fileprivate func score(_ user: UInt64) -> Double { RevisionChoice.score(user, salt: salt, weight: weight) }
}

extension RevisionChoice.Track {
    fileprivate func score(_ user: UInt64) -> Double { RevisionChoice.score(user, salt: salt, weight: weight) }
}
