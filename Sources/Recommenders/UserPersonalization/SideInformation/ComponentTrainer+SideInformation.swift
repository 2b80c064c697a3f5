import Datasets
import Foundation
import LinearAlgebra

extension ComponentTrainer {
    /// What some users say beside who met what; nil when nothing is known.
    ///
    /// - Parameter removed: Items that are left out as if nobody had met them.
    func sideInformation(of users: [Int], without removed: Set<UInt32> = []) -> SideInformation? {
        side.map {
            SideInformation($0, histories: histories, users: users, itemCount: itemCount, without: removed)
        }
    }

    /// What is known of a user who is about to meet the first of some items, and those of them that are met in the same
    /// context.
    ///
    /// - Parameter events: Places in the user's history, among them those on the targets.
    func situation(of user: Int, events: [Int], targets: Set<UInt32>) -> (Situation, Set<UInt32>) {
        guard let side else { return (.unknown, targets) }
        let start = histories.offsets[user]
        var situation = Situation(user: Array(side.ofUsers[user]))
        let onTargets = events.map { start + $0 }.filter { targets.contains(histories.items[$0]) }
        guard !side.contexts.columns.isEmpty, let first = onTargets.first else { return (situation, targets) }
        situation.context = Array(side.ofEvents[first])
        let alike = onTargets.filter { side.ofEvents[$0].elementsEqual(situation.context) }
        return (situation, Set(alike.map { histories.items[$0] }))
    }

    /// The side information of everybody, with the scale of lifts in the order for users without a history: the one by which
    /// held-out users find most of their first items.
    func fittedSideInformation(of users: [Int], shuffled: [Int]) throws -> SideInformation? {
        guard var fitted = sideInformation(of: users) else { return nil }
        let heldOut = shuffled.prefix(min(shuffled.count / 5, hyperparameters.validationUsers))
        guard fitted.users != nil || fitted.contexts != nil, heldOut.count >= Self.fewestBeginners,
            let others = sideInformation(of: shuffled.dropFirst(heldOut.count).sorted())
        else { return fitted }
        try Task.checkCancellation()
        let counts = sequences(of: Array(shuffled.dropFirst(heldOut.count))).userCounts().map { log1pf($0) }
        let gains = Parallel.map(heldOut.count, threads: options.threads) { index -> [Double] in
            let user = heldOut[heldOut.startIndex + index]
            let first = Array(Set(histories[user].items.prefix(Self.firstEvents)))
            let places = Array(0..<min(histories[user].count, Self.firstEvents))
            let (situation, targets) = situation(of: user, events: places, targets: Set(first))
            return Self.priorScales.map { scale in
                var scores = counts
                others.add(situation, to: &scores, scale: scale)
                let top = topIndices(of: scores, count: BlendSearch.depth).map { UInt32($0) }
                return BlendSearch.gain(of: top, targets: targets, rewards: [:])
            }
        }
        let totals = Self.priorScales.indices.map { scale in gains.reduce(0) { $0 + $1[scale] } }
        fitted.priorScale = zip(Self.priorScales, totals).max { $0.1 < $1.1 }?.0 ?? 1
        return fitted
    }

    private static let fewestBeginners = 20
    private static let firstEvents = 5
    private static let priorScales: [Float] = [1, 0, 0.25, 0.5, 0.75, 1.5]
}
