import Access
import ArgumentParser
import Foundation
import PalateServer

/// `palate keys`: who may call the service. Works while the server runs, which sees changes within a second.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Create, list and delete access keys.",
        subcommands: [Create.self, List.self, Delete.self])

    struct Place: ParsableArguments {
        @Option(help: "Where all state is kept. [default: palate-data]")
        var dataDir: String?

        @Option(help: "A JSON file with settings.")
        var config: String?

        func store() async throws -> KeyStore {
            let reader = try await SettingsReader(arguments: .init(dataDirectory: dataDir), file: config)
            let settings = try reader.serverSettings()
            do {
                try FileManager.default.createDirectory(at: settings.dataDirectory, withIntermediateDirectories: true)
            } catch {
                let path = settings.dataDirectory.path
                throw CommandFailure("The data directory \(path) cannot be created: \(error.localizedDescription)")
            }
            return try KeysCommand.describing { () throws(KeyError) in
                try KeyStore(directory: settings.dataDirectory, masterKey: settings.masterKey)
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an access key. Its secret is shown once.",
            discussion: """
                admin may call everything; runtime, the recommendation calls; events, the Put calls of the events \
                service; read-only, all that changes nothing.
                """)

        @Option(help: "What the key is for: \(KeyRole.allCases.map(\.rawValue).joined(separator: ", ")).")
        var role: KeyRole

        @Option(help: "A name to tell keys apart by.")
        var name: String?

        @OptionGroup var place: Place

        func run() async throws {
            let store = try await place.store()
            let made = try KeysCommand.describing { () throws(KeyError) in try store.create(role: role, name: name) }
            Terminal.line("AWS_ACCESS_KEY_ID=\(made.key.id)")
            Terminal.line("AWS_SECRET_ACCESS_KEY=\(made.secret)")
            Terminal.note("This is \(made.key.name), role \(role.rawValue). The secret is not shown again.")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the access keys, without their secrets.")

        @OptionGroup var place: Place

        func run() async throws {
            let store = try await place.store()
            for key in try KeysCommand.describing({ () throws(KeyError) in try store.list() }) {
                let role = key.role.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
                Terminal.line("\(key.id)  \(role)  \(key.created.ISO8601Format())  \(key.name)")
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an access key, and with it the temporary credentials that it asked for.")

        @Argument(help: "The access key's id.")
        var id: String

        @OptionGroup var place: Place

        func run() async throws {
            let store = try await place.store()
            guard try KeysCommand.describing({ () throws(KeyError) in try store.delete(id) }) else {
                throw CommandFailure("There is no access key \(id).")
            }
        }
    }

    fileprivate static func describing<Value>(_ work: () throws(KeyError) -> Value) throws -> Value {
        do {
            return try work()
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

extension KeyRole: ExpressibleByArgument {}
