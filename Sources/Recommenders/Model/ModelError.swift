/// Why a model directory cannot be read or written.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing(file: String)
    case unreadable(file: String, reason: String)
    case damaged(file: String, reason: String)
    case unsupportedFormat(version: Int)
    case unknownRecipe(String)
    case unwritable(file: String, reason: String)
    case alreadyExists(path: String)

    public var description: String {
        switch self {
        case .missing(let file): "the model has no file '\(file)'"
        case .unreadable(let file, let reason): "'\(file)' cannot be read: \(reason)"
        case .damaged(let file, let reason): "'\(file)' is damaged: \(reason)"
        case .unsupportedFormat(let version):
            "the model has format \(version), which this version does not read: train it again"
        case .unknownRecipe(let name): "the model was trained with the unknown recipe '\(name)'"
        case .unwritable(let file, let reason): "'\(file)' cannot be written: \(reason)"
        case .alreadyExists(let path): "'\(path)' already exists"
        }
    }
}
