import KubernetesCore

extension PipelineTask {
    /// Everything that the task reads; expressions that cannot be parsed count for nothing.
    ///
    /// - Parameter defaults: What a container inherits.
    public func references(defaults: ContainerSpec? = nil) -> [Reference] {
        let condition = when.flatMap { (try? Expression(parsing: $0))?.references } ?? []
        return condition + (map?.references ?? []) + work.references(defaults: defaults)
    }
}

extension TaskWork {
    fileprivate func references(defaults: ContainerSpec?) -> [Reference] {
        switch self {
        case .container(let container): container.merged(over: defaults).references
        case .check(let check): check.references
        case .pipeline(let pipeline): pipeline.references
        case .approval(let approval): approval.references
        case .model(let model): model.references
        case .trainingJob(let job): job.spec.merged(over: defaults).references
        case .inferenceService(let service): service.references
        case .tuningJob: []
        }
    }
}

extension MapSpec {
    /// What the list of items is made of.
    public var references: [Reference] {
        let sources = over?.sources.flatMap { source in
            switch source {
            case .reference(let text): Template.references(inValue: text)
            case .items(let items): items.flatMap { TemplateValue.references(in: $0) }
            }
        }
        return (sources ?? []) + (count?.stringValue.map { Template.references(inValue: $0) } ?? [])
    }
}

extension CheckSpec {
    /// What the condition and its message read.
    public var references: [Reference] {
        let condition = (try? Expression(parsing: that))?.references ?? []
        return condition + TemplateValue.references(in: message.map { .string($0) } ?? .null)
    }
}

extension NestedPipeline {
    /// What the parameters read.
    public var references: [Reference] { TemplateValue.references(in: .object(params)) }
}

extension ApprovalSpec {
    /// What the message reads.
    public var references: [Reference] { TemplateValue.references(in: message.map { .string($0) } ?? .null) }
}

extension ModelTask {
    /// What the version is made of.
    public var references: [Reference] {
        let texts = [name, format, alias].compactMap(\.self).map { JSONValue.string($0) }
        return texts.flatMap { TemplateValue.references(in: $0) } + Template.references(inValue: from)
            + metrics.values.compactMap(\.stringValue).flatMap { Template.references(inValue: $0) }
            + TemplateValue.references(in: .object(params)) + TemplateValue.references(in: signature ?? .null)
    }
}
