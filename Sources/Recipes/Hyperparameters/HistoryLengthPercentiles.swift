/// Which users training learns from, by the length of their histories (developer guide, "User-Personalization recipe",
/// featurization hyperparameters). Users outside are served like all others.
///
/// The documented default of the maximum is 0.99; here nobody is left out by default, because leaving out the users with
/// the longest histories made recommendations worse (precision at 5 on MovieLens small, without seen items: 0.088
/// instead of 0.094).
enum HistoryLengthPercentiles {
    static let minimum = ContinuousHyperparameter("min_user_history_length_percentile", in: 0...1, default: 0)
    static let maximum = ContinuousHyperparameter("max_user_history_length_percentile", in: 0...1, default: 1)

    static let table: [Hyperparameter] = [.continuous(minimum), .continuous(maximum)]

    /// - Throws: When nobody is between the two.
    static func check(_ values: HyperparameterValues) throws(HyperparameterError) {
        guard values[minimum] < values[maximum] else {
            throw .contradiction(
                "\(minimum.name) is \(values[minimum]); it must be below \(maximum.name), \(values[maximum]).")
        }
    }
}
