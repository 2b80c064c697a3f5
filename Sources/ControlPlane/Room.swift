enum ControlPlaneRoom {}
