/// Which users training learns from, by the length of their histories (developer guide, "User-Personalization recipe",
/// featurization hyperparameters). Users outside are served like all others.
enum HistoryLengthPercentiles {
    static let minimum = ContinuousHyperparameter("min_user_history_length_percentile", in: 0...1, default: 0)
    static let maximum = ContinuousHyperparameter("max_user_history_length_percentile", in: 0...1, default: 0.99)

    static let table: [Hyperparameter] = [.continuous(minimum), .continuous(maximum)]

    /// - Throws: When nobody is between the two.
    static func check(_ values: HyperparameterValues) throws(HyperparameterError) {
        guard values[minimum] < values[maximum] else {
            throw .contradiction(
                "\(minimum.name) is \(values[minimum]); it must be below \(maximum.name), \(values[maximum]).")
        }
    }
}
