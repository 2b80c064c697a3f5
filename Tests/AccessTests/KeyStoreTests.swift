import Access
import Crypto
import Foundation
import PersonalizeAPI
import Testing

@Suite struct KeyStoreTests {
    @Test func `Keys are there for the next process, and gone once deleted`() async throws {
        try await withDirectory { directory in
            let made = try KeyStore(directory: directory).create(role: .runtime, name: "shop")
            #expect(made.key.id.wholeMatch(of: /AKIA[A-Z2-7]{16}/) != nil)
            #expect(made.secret.utf8.count == 40)
            let store = try KeyStore(directory: directory)
            #expect(try store.list().map(\.id) == [made.key.id])
            #expect(try store.unreadableKeys() == [])
            #expect(try store.delete(made.key.id))
            #expect(try !store.delete(made.key.id))
            #expect(try KeyStore(directory: directory).list().isEmpty)
        }
    }

    @Test(arguments: ["", "a b", "ü", String(repeating: "a", count: 65)])
    func `A name that no ARN can hold is refused`(name: String) async throws {
        try await withDirectory { directory in
            #expect(throws: KeyError.self) { try KeyStore(directory: directory).create(role: .admin, name: name) }
        }
    }

    @Test func `A secret opens with its own master key, purpose and context only`() throws {
        let master = MasterKey(SymmetricKey(size: .bits256))
        let secret = Data("secret".utf8)
        let sealed = try master.seal(secret, for: .accessKey, context: "AKIA admin")
        #expect(master.unseal(sealed, for: .accessKey, context: "AKIA admin") == secret)
        #expect(master.unseal(sealed, for: .accessKey, context: "AKIA runtime") == nil)
        #expect(master.unseal(sealed, for: .session, context: "AKIA admin") == nil)
        #expect(MasterKey(SymmetricKey(size: .bits256)).unseal(sealed, for: .accessKey, context: "AKIA admin") == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(master.unseal(changed, for: .accessKey, context: "AKIA admin") == nil)
        }
        #expect(master.unseal(Data(), for: .accessKey) == nil)
    }

    @Test func `Any key is good until the first one exists, and never again`() async throws {
        try await withDirectory { directory in
            let keys = try KeyStore(directory: directory)
            let control = AccessControl(
                keys: keys, account: "123456789012", region: "us-east-1", acceptsAnyKeyWhenNoneExists: true)
            #expect(try control.acceptsAnyKey())
            let made = try keys.create(role: .admin)
            #expect(try !control.acceptsAnyKey())
            _ = try keys.delete(made.key.id)
            #expect(try !control.acceptsAnyKey())
        }
    }

    @Test func `Every operation has the roles that its name and service say`() {
        var counts: [KeyRole: Int] = [:]
        for operation in OperationRegistry.all {
            guard let service = KeyRole.Service(rawValue: operation.service.rawValue) else { continue }
            for role in KeyRole.allCases where role.allows(operation.name, of: service) {
                counts[role, default: 0] += 1
            }
        }
        #expect(counts == [.admin: 79, .runtime: 3, .events: 5, .readOnly: 40])
    }
}
