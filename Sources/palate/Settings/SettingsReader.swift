import Configuration
import ControlPlane
import Datasets
import Foundation
import Logging
import PalateServer
import SystemPackage

/// Reads settings from the command line, the environment and a file, in this order of precedence.
struct SettingsReader {
    /// What the command line gave.
    struct Arguments {
        var host: String?
        var port: Int?
        var dataDirectory: String?
        var region: String?
        var account: String?
        var s3Endpoint: String?
        var allowsAnyKey = false

        fileprivate var values: [AbsoluteConfigKey: ConfigValue] {
            var values: [AbsoluteConfigKey: ConfigValue] = [:]
            values[["host"]] = host.map { ConfigValue(.string($0), isSecret: false) }
            values[["port"]] = port.map { ConfigValue(.int($0), isSecret: false) }
            values[["dataDir"]] = dataDirectory.map { ConfigValue(.string($0), isSecret: false) }
            values[["region"]] = region.map { ConfigValue(.string($0), isSecret: false) }
            values[["account"]] = account.map { ConfigValue(.string($0), isSecret: false) }
            values[["s3Endpoint"]] = s3Endpoint.map { ConfigValue(.string($0), isSecret: false) }
            if allowsAnyKey { values[["allowAnyKey"]] = ConfigValue(.bool(true), isSecret: false) }
            return values
        }
    }

    private let reader: ConfigReader
    private let environment: [String: String]

    /// - Throws: ``CommandFailure`` when the file is missing or is not JSON.
    init(arguments: Arguments, file: String?, environment: [String: String] = ProcessInfo.processInfo.environment)
        async throws
    {
        self.environment = environment
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: arguments.values),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "palate"),
        ]
        if let file {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch {
                throw CommandFailure("The settings file \(file) cannot be read: \(error)")
            }
        }
        reader = ConfigReader(providers: providers)
    }

    func logLevel() throws -> Logger.Level {
        let name = reader.string(forKey: "logLevel", default: "notice")
        guard let level = Logger.Level(rawValue: name) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure("logLevel is \(name); it must be one of \(names).")
        }
        return level
    }

    /// - Throws: ``CommandFailure`` that names the setting.
    func serverSettings() throws -> ServerSettings {
        let path = reader.string(forKey: "dataDir", default: "palate-data")
        var settings = ServerSettings(dataDirectory: URL(filePath: path, directoryHint: .isDirectory))
        settings.host = reader.string(forKey: "host", default: settings.host)
        settings.port = reader.int(forKey: "port", default: settings.port)
        guard (0...65535).contains(settings.port) else {
            throw CommandFailure("port is \(settings.port); it must be from 0 to 65535.")
        }
        settings.allowsAnyKey = reader.bool(forKey: "allowAnyKey", default: false)
        settings.masterKey = environment["PALATE_MASTER_KEY"]
        settings.controlPlane = try controlPlaneSettings()
        settings.outsideObjectStore = try outsideObjectStore()
        settings.themeEndpoint = try themeEndpoint()
        return settings
    }

    private func controlPlaneSettings() throws -> ControlPlaneSettings {
        var settings = ControlPlaneSettings()
        settings.region = reader.string(forKey: "region", default: settings.region)
        guard settings.region.wholeMatch(of: /[a-z0-9-]{1,40}/) != nil else {
            throw CommandFailure("region is \(settings.region); it must be like us-east-1.")
        }
        settings.account = reader.string(forKey: "account", default: settings.account)
        guard settings.account.wholeMatch(of: /[0-9]{12}/) != nil else {
            throw CommandFailure("account is \(settings.account); it must be twelve digits.")
        }
        settings.datasetLimits = try datasetLimits()
        settings.quotas = try quotas()
        if let limit = reader.string(forKey: "training.memoryLimit") {
            guard let count = ByteCount(argument: limit) else {
                throw CommandFailure("training.memoryLimit is \(limit); it must be an amount of memory such as 2GiB.")
            }
            settings.trainingMemoryLimit = count.bytes
        }
        return settings
    }

    /// The documented quotas, which whoever runs the service may change.
    private func quotas() throws -> Quotas {
        var quotas = Quotas()
        let reader = reader.scoped(to: "quotas")
        func set(_ name: ConfigKey, _ path: WritableKeyPath<Quotas, Int>) throws {
            let value = reader.int(forKey: name, default: quotas[keyPath: path])
            guard value >= 0 else { throw CommandFailure("quotas.\(name) is \(value); it must not be negative.") }
            quotas[keyPath: path] = value
        }
        try set("schemas", \.schemas)
        try set("datasetGroups", \.datasetGroups)
        try set("datasets", \.datasets)
        try set("solutions", \.solutions)
        try set("campaigns", \.campaigns)
        try set("recommenders", \.recommenders)
        try set("filters", \.filters)
        try set("filterFields", \.filterFields)
        try set("datasetGroupFilterFields", \.datasetGroupFilterFields)
        try set("filterEventsPerType", \.filterEventsPerType)
        try set("pendingSolutionVersions", \.pendingSolutionVersions)
        try set("pendingBatchInferenceJobs", \.pendingBatchInferenceJobs)
        try set("pendingBatchSegmentJobs", \.pendingBatchSegmentJobs)
        try set("batchInputFiles", \.batchInputFiles)
        try set("batchInputBytes", \.batchInputBytes)
        try set("themedItems", \.themedItems)
        try set("segmentItems", \.segmentItems)
        try set("segmentAttributeQueries", \.segmentAttributeQueries)
        try set("attributedMetrics", \.attributedMetrics)
        try set("eventAttributionSources", \.eventAttributionSources)
        return quotas
    }

    /// The documented minimums, which a test environment may want lower.
    private func datasetLimits() throws -> DatasetLimits {
        var limits = DatasetLimits.documented
        let reader = reader.scoped(to: "limits")
        func set(_ name: ConfigKey, _ path: WritableKeyPath<DatasetLimits, Int>) throws {
            let value = reader.int(forKey: name, default: limits[keyPath: path])
            guard value >= 0 else { throw CommandFailure("limits.\(name) is \(value); it must not be negative.") }
            limits[keyPath: path] = value
        }
        try set("minimumInteractionsPerImport", \.minimumInteractionsPerImport)
        try set("minimumTrainingInteractions", \.minimumTrainingInteractions)
        try set("minimumTrainingUsers", \.minimumTrainingUsers)
        return limits
    }

    private func outsideObjectStore() throws -> ServerSettings.OutsideObjectStore? {
        guard let endpoint = reader.string(forKey: "s3Endpoint") else { return nil }
        guard let accessKey = environment["AWS_ACCESS_KEY_ID"], let secretKey = environment["AWS_SECRET_ACCESS_KEY"]
        else {
            throw CommandFailure("s3Endpoint needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.")
        }
        return .init(endpoint: endpoint, accessKey: accessKey, secretKey: secretKey)
    }

    private func themeEndpoint() throws -> ServerSettings.ThemeEndpoint? {
        let reader = reader.scoped(to: "themes")
        switch (reader.string(forKey: "baseURL"), reader.string(forKey: "model")) {
        case (nil, nil): return nil
        case (let base?, let model?):
            return .init(baseURL: base, model: model, key: environment["PALATE_THEMES_API_KEY"])
        case (nil, _): throw CommandFailure("themes.model is set, but not themes.baseURL.")
        case (_, nil): throw CommandFailure("themes.baseURL is set, but not themes.model.")
        }
    }
}
