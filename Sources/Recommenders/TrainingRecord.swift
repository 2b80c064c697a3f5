import Synchronization

/// How a training went, step by step: enough to draw a plot of it.
///
/// Kept with the model as `training.json`. The number of points is bounded: when there are ``pointLimit``, every second
/// one goes, so that a long training is shown in as much detail as a short one.
public struct TrainingRecord: Codable, Sendable, Equatable {
    /// A step.
    public struct Point: Codable, Sendable, Equatable {
        /// Since the training began.
        public var seconds: Double
        /// From 0 to 1.
        public var fraction: Double
        /// What is being done, in a few words for people.
        public var stage: String
        /// Figures that became known at this step, such as `training_loss`, `validation_ndcg_at_10` or `memory_bytes`.
        public var measurements: [String: Double]
    }

    public static let pointLimit = 400
    private static let longestStage = 200
    /// Steps without news are kept when they are so far from the one before.
    private static let leastFraction = 0.01

    public private(set) var points: [Point] = []
    /// The newest value of every figure.
    public private(set) var newest: [String: Double] = [:]

    public init() {}

    /// What training said that it may allocate; nil when it did not say.
    public var announcedMemoryBytes: Double? { newest["memory_bytes"] }

    /// - Returns: Whether the point is kept: there is a new stage or figure, or the work has got a good deal further.
    @discardableResult
    public mutating func add(_ progress: TrainingProgress, seconds: Double) -> Bool {
        // Neither JSON nor a plot has a place for what is not a number.
        let measurements = progress.measurements.filter { $0.value.isFinite }
        newest.merge(measurements) { _, new in new }
        let stage = String(progress.stage.prefix(Self.longestStage))
        let fraction = progress.fraction.isFinite ? min(max(progress.fraction, 0), 1) : 0
        if let last = points.last, last.stage == stage, measurements.isEmpty,
            abs(fraction - last.fraction) < Self.leastFraction
        {
            return false
        }
        points.append(Point(seconds: seconds, fraction: fraction, stage: stage, measurements: measurements))
        if points.count > Self.pointLimit { thin() }
        return true
    }

    /// The first and the newest point stay.
    private mutating func thin() {
        let last = points.count - 1
        points = points.enumerated().filter { $0.offset.isMultiple(of: 2) || $0.offset == last }.map(\.element)
    }

    /// Whether a figure is one that gets better while a model is trained, and is worth a curve: losses and validation.
    public static func isCurve(_ measurement: String) -> Bool {
        measurement.contains("loss") || measurement.hasPrefix("validation_") && measurement != "validation_users"
    }

    /// The values of a figure over time, in seconds.
    public func series(of measurement: String) -> [(seconds: Double, value: Double)] {
        points.compactMap { point in point.measurements[measurement].map { (point.seconds, $0) } }
    }
}

/// Writes down what training reports, from whatever thread it comes.
final class TrainingRecorder: Sendable {
    private let start = ContinuousClock.now
    private let record = Mutex(TrainingRecord())

    var current: TrainingRecord { record.withLock { $0 } }

    /// The same options; their progress is written down before it goes on.
    func following(_ options: TrainingOptions) -> TrainingOptions {
        var followed = options
        let report = options.progress
        followed.progress = { progress in
            self.record.withLock { _ = $0.add(progress, seconds: (ContinuousClock.now - self.start) / .seconds(1)) }
            report(progress)
        }
        return followed
    }
}
