import Access
package import ControlPlane
import Foundation
import Hummingbird
import Identity
package import Logging
import NIOCore
import ObjectStorage
import Recipes
import Serving
import ServiceLifecycle
import Synchronization
import TextGeneration

/// One process: the HTTP service, the jobs and the stores they share.
package struct PalateServer: Service {
    /// As the `Server` header has it.
    static let name = "palate"

    package let controlPlane: ControlPlane
    private let campaigns: CampaignRegistry
    private let application: any ApplicationProtocol
    private let jobs: JobRunner
    private let lock: DataDirectoryLock
    private let logger: Logger

    /// Opens the stores in the data directory; nothing answers yet.
    ///
    /// - Parameter onServerRunning: Called with the port once requests are answered.
    /// - Throws: ``StartError`` and what the stores throw when their files cannot be used.
    package init(
        settings: ServerSettings, logger: Logger, onServerRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        let root = settings.dataDirectory
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        } catch {
            throw StartError("The data directory \(root.path) cannot be created: \(error.localizedDescription)")
        }
        self.logger = logger
        lock = try DataDirectoryLock(directory: root)
        let account = settings.controlPlane.account
        let region = settings.controlPlane.region
        let embedded = try EmbeddedObjectStore(directory: root.appending(path: "objects").path, logger: logger)
        let identity = try IdentityStore(path: root.appending(path: "identity.sqlite").path, account: account)
        let keys = try Self.keys(settings, logger)
        let outside = try settings.outsideObjectStore.map { try Self.signedStore($0, region: region) }
        controlPlane = try ControlPlane(
            settings: settings.controlPlane, directories: DataDirectories(root: root), objects: outside ?? embedded,
            access: outside == nil ? identity : nil, recipes: .standard,
            textGenerator: try settings.themeEndpoint.map(Self.textGenerator), logger: logger)
        campaigns = CampaignRegistry(catalogues: controlPlane)
        jobs = JobRunner(controlPlane: controlPlane, host: campaigns)
        let stages = RequestStages()
        let recommendations = RecommendationService(
            campaigns: campaigns, filters: controlPlane, actions: controlPlane, events: controlPlane,
            answers: controlPlane.answeredLists, stages: stages)
        let operations = OperationTable(
            controlPlane: controlPlane, recommendations: recommendations, stages: stages)
        let registry = MetricRegistry()
        let meters = RequestMeters(registry: registry)
        let s3 = S3Service(store: embedded, account: account, region: region)
        let dispatcher = ServiceDispatcher(
            personalize: PersonalizeResponder(operations: operations),
            s3: s3, iam: IAMService(identities: identity), sts: STSService(identities: identity, keys: keys),
            metrics: MetricsPage(registry: registry, stages: stages, controlPlane: controlPlane),
            trainings: TrainingsPage(controlPlane: controlPlane))
        let access = AccessControl(
            keys: keys, account: account, region: region,
            acceptsAnyKeyWhenNoneExists: settings.isLoopback || settings.allowsAnyKey)
        let direct = DirectResponder(
            recommendations: recommendations, control: access, meters: meters, stages: stages)
        application = Application(
            responder: MeasuredResponder(
                responder: AccessResponder(
                    control: access, dispatcher: dispatcher, answers: AccessAnswers(s3: s3), stages: stages),
                meters: meters),
            server: .onEventLoops(
                .init(additionalChannelHandlers: [ExpectContinueHandler(), AnswerCounter()]), direct: direct),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: Self.name),
            onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? settings.port) },
            logger: logger)
    }

    /// - Throws: ``StartError`` when the keys cannot be used, or when there are none and others could reach the server.
    private static func keys(_ settings: ServerSettings, _ logger: Logger) throws -> KeyStore {
        do {
            let keys = try KeyStore(directory: settings.dataDirectory, masterKey: settings.masterKey)
            let unreadable = try keys.unreadableKeys()
            guard unreadable.isEmpty else {
                throw StartError(
                    "The master key does not open the access key \(unreadable.joined(separator: ", ")): set the right "
                        + "PALATE_MASTER_KEY or delete it with `palate keys delete`.")
            }
            guard try keys.list().isEmpty else { return keys }
            guard settings.isLoopback || settings.allowsAnyKey else {
                throw StartError(
                    "There are no access keys and \(settings.host) can be reached from other machines: create one with "
                        + "`palate keys create --role admin`, or start with --allow-any-key.")
            }
            logger.notice(
                "There are no access keys: any key is accepted. `palate keys create` makes one and ends this.")
            return keys
        } catch let error as KeyError {
            throw StartError(error.description)
        }
    }

    private static func signedStore(
        _ outside: ServerSettings.OutsideObjectStore, region: String
    ) throws -> SignedS3Store {
        do {
            return try SignedS3Store(
                endpoint: outside.endpoint, region: region,
                credentials: AWSCredentials(accessKey: outside.accessKey, secretKey: outside.secretKey))
        } catch {
            throw StartError("The S3 endpoint cannot be used: \(error)")
        }
    }

    private static func textGenerator(_ endpoint: ServerSettings.ThemeEndpoint) throws -> any TextGenerator {
        do {
            return try ChatCompletions(baseURL: endpoint.baseURL, model: endpoint.model, key: endpoint.key)
        } catch {
            throw StartError("themes.baseURL cannot be used: \(error)")
        }
    }

    package func run() async throws {
        // Campaigns answer before the first request can ask for them.
        try await controlPlane.redeployCampaigns(to: campaigns)
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [jobs, CatalogueFollowing(campaigns: campaigns, logger: logger), application], logger: logger)
        ).run()
    }
}
