import Foundation
import PersonalizeAPI

/// How often versions of a solution are trained without being asked for (developer guide, "Configuring automatic
/// training").
struct TrainingSchedule: Equatable {
    static let range = 1...30
    static let defaultDays = 7

    let days: Int
    var interval: TimeInterval { Double(days) * 86_400 }

    /// - Parameter expression: `rate(5 days)`, from 1 to 30 days; nil takes the default.
    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    init(_ expression: String?, at member: String = "schedulingExpression") throws {
        guard let expression else {
            days = Self.defaultDays
            return
        }
        guard let match = expression.wholeMatch(of: /rate\(([0-9]+) days?\)/), let days = Int(match.output.1),
            Self.range.contains(days)
        else {
            throw PersonalizeError.invalidInput(
                "\(member) is \(expression); it must be rate(N days) with N from 1 to 30.")
        }
        self.days = days
    }

    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    static func check(_ configuration: AutoTrainingConfig?, performAutoTraining: Bool, at member: String) throws {
        guard let configuration else { return }
        guard performAutoTraining else {
            throw PersonalizeError.invalidInput("\(member) is given, but performAutoTraining is false.")
        }
        _ = try TrainingSchedule(configuration.schedulingExpression, at: "\(member).schedulingExpression")
    }
}
