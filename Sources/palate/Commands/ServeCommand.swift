import UnixSignals
import ArgumentParser
import Foundation
import Logging
import PalateServer
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start the service.",
        discussion: """
            All state is under the data directory. Point an AWS SDK at the service:

              export AWS_ENDPOINT_URL=http://127.0.0.1:8686

            While there are no access keys, any key is accepted, and only on this machine; `palate keys create` makes \
            keys. PALATE_MASTER_KEY in the environment can stand in for the file master.key in the data directory.

            Every option can also be set in the environment (PALATE_PORT=8686) or in a JSON file ({"port": 8686}) that \
            --config names; the command line wins over the environment, the environment over the file. There are also \
            logLevel (notice); training.memoryLimit, what one training may take of memory beside the data, such as 2GiB \
            (half of the machine's); the documented minimums, which a test environment may want lower: \
            limits.minimumInteractionsPerImport, limits.minimumTrainingInteractions and limits.minimumTrainingUsers; and \
            the documented quotas: quotas.schemas, quotas.datasetGroups, quotas.datasets, quotas.campaigns, \
            quotas.recommenders, quotas.solutions and quotas.filters (of a dataset group), quotas.filterFields, \
            quotas.datasetGroupFilterFields, quotas.filterEventsPerType, quotas.pendingSolutionVersions, \
            quotas.pendingBatchInferenceJobs, quotas.pendingBatchSegmentJobs, quotas.batchInputFiles, \
            quotas.batchInputBytes, quotas.themedItems, quotas.segmentItems, quotas.segmentAttributeQueries, \
            quotas.attributedMetrics and quotas.eventAttributionSources.

            Batch inference jobs that generate themes need an endpoint that speaks the chat completions protocol: \
            themes.baseURL (such as http://127.0.0.1:11434/v1), themes.model, and PALATE_THEMES_API_KEY in the \
            environment if it wants a key.
            """)

    @Option(help: "The address to listen on. [default: 127.0.0.1]")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one. [default: 8686]")
    var port: Int?

    @Option(help: "Where all state is kept. [default: palate-data]")
    var dataDir: String?

    @Option(help: "A JSON file with settings.")
    var config: String?

    @Option(help: "The region in ARNs. [default: us-east-1]")
    var region: String?

    @Option(help: "The account in ARNs, twelve digits. [default: 123456789012]")
    var account: String?

    @Option(
        help:
            "Use this S3 endpoint instead of the embedded object store; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY sign."
    )
    var s3Endpoint: String?

    @Flag(help: "Listen on an address that others can reach although there are no access keys.")
    var allowAnyKey = false

    func run() async throws {
        let given = SettingsReader.Arguments(
            host: host, port: port, dataDirectory: dataDir, region: region, account: account, s3Endpoint: s3Endpoint,
            allowsAnyKey: allowAnyKey)
        let reader = try await SettingsReader(arguments: given, file: config)
        let settings = try reader.serverSettings()
        let level = try reader.logLevel()
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "palate")
        try await CommandFailure.describing(settings) {
            let server = try await PalateServer(settings: settings, logger: logger) { port in
                logger.notice("Listening on http://\(settings.host):\(port)")
            }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
        }
    }
}
