import Foundation

/// How often an action was taken of late, of how many chances.
struct ActionRate: Sendable, Equatable {
    var taken = 0.0
    var chances = 0.0

    /// The share that was taken, drawn to `prior` by as many chances as `strength` says.
    func smoothed(to prior: Double, strength: Double) -> Double {
        // Decisions on older views may put more takes than chances into a window.
        let share = (taken + strength * prior) / (max(chances, taken) + strength)
        return min(max(share, 1e-4), 1 - 1e-4)
    }
}

/// What the probability that a user takes an action depends on.
enum ActionFeatures {
    static let count = 17

    private static let actionStrength = 20.0
    private static let userStrength = 4.0
    private static let ownStrength = 2.0
    /// Whatever is older counts as this old, so that a model that is served long after its training stays calibrated.
    private static let longestDays = 90.0

    /// One row for the regression; feature 0 is the constant.
    ///
    /// - Parameters:
    ///   - action: Of everybody, in the weeks before.
    ///   - overall: The share of chances that is taken, over everything.
    ///   - user: What the user did before `time`.
    static func row(
        of number: UInt32, _ action: ActionRate, overall: Double, user: UserActions, items: ItemActivity,
        at time: Int64
    ) -> [Double] {
        let rate = action.smoothed(to: overall, strength: actionStrength)
        let userRate = ActionRate(taken: Double(user.taken), chances: Double(user.chances))
            .smoothed(to: overall, strength: userStrength)
        var row: [Double] = [
            1, logit(rate), logit(userRate) - logit(overall), log1p(Double(user.chances)),
            log1p(Double(items.events)), items.last.map { fading($0, time, days: 14) } ?? 0,
        ]
        guard let own = user.byAction[number], let last = own.last else {
            row += [Double](repeating: 0, count: count - row.count)
            return row
        }
        let ownRate = ActionRate(taken: Double(own.taken), chances: Double(own.chances))
            .smoothed(to: rate, strength: ownStrength)
        let recency = fading(last.time, time, days: 7)
        row += [
            1, logit(ownRate) - logit(rate), log1p(Double(own.taken)), log1p(Double(own.notTaken)),
            log1p(Double(own.viewed)), recency, log1p(days(last.time, time)),
        ]
        for event in [ActionEvent.taken, .notTaken] {
            let isLast = last.event == event
            row += [isLast ? 1 : 0, isLast ? recency : 0]
        }
        return row
    }

    private static func logit(_ share: Double) -> Double { log(share / (1 - share)) }

    private static func days(_ earlier: Int64, _ time: Int64) -> Double { min(time.days(since: earlier), longestDays) }

    private static func fading(_ earlier: Int64, _ time: Int64, days scale: Double) -> Double {
        exp(-days(earlier, time) / scale)
    }
}
