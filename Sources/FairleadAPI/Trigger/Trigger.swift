public import KubernetesCore

/// Starts runs by itself: at times, or when something happens.
public typealias Trigger = CustomResource<TriggerKind>

/// What makes a ``Trigger``.
public enum TriggerKind: CustomKind {
    public typealias Spec = TriggerSpec
    public typealias Status = TriggerStatus
    public static let type = ResourceType.trigger
}
