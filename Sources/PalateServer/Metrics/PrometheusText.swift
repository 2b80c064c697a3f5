/// Metrics in the text format that Prometheus reads, version 0.0.4 (Prometheus documentation, "Exposition formats").
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge, histogram
    }

    private static let help = [
        "palate_requests_total": "Requests answered, by service, operation and HTTP status.",
        "palate_request_duration_seconds": "Time from a request's head to the head of its answer.",
        "palate_training_progress": "How far a training that runs is, from 0 to 1.",
        "palate_training_measurement": "The newest value of a figure that a training that runs has told.",
        "palate_attribution_sum": "Sum of a metric attribution's metric over all events since its creation.",
        "palate_attribution_window_sum": "The same sum over one 15-minute window of event time.",
    ]

    private(set) var text = ""
    private var current: String?

    /// Begins the series of a name, unless they were begun; those of one name stand together.
    mutating func family(_ name: String, _ kind: Kind) {
        let name = Self.name(name)
        guard current != name else { return }
        current = name
        if let help = Self.help[name] { text += "# HELP \(name) \(help)\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ kind: Kind, _ labels: [MetricLabel], _ value: Double) {
        family(name, kind)
        line(name, labels, value)
    }

    mutating func line(_ name: String, _ labels: [MetricLabel], _ value: Double) {
        text += Self.name(name)
        if !labels.isEmpty {
            text += "{"
            text += labels.map { "\(Self.name($0.name))=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += "}"
        }
        text += " \(Self.number(value))\n"
    }

    static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func name(_ name: String) -> String {
        String(name.enumerated().map { $1.isASCII && ($1.isLetter || $1 == "_" || $0 > 0 && $1.isNumber) ? $1 : "_" })
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
