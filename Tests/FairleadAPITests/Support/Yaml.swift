import FairleadAPI
import KubernetesCore
import Testing

/// The first document of a YAML text.
func yaml(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
    try #require(try ManifestReader.read(text).first, sourceLocation: sourceLocation)
}
