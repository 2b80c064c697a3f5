import ObjectStorage
import PersonalizeAPI

extension ControlPlane {
    /// - Throws: `PersonalizeError` with `InvalidInputException` for a path that is not an S3 address.
    static func checkLocation(_ path: String, at member: String) throws {
        do {
            _ = try S3Location(parsing: path)
        } catch {
            throw PersonalizeError.invalidInput("\(member): \(error)")
        }
    }
}
