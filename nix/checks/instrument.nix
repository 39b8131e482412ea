# Lets the test driver talk to the live medium.
{ modulesPath, ... }:
{
  imports = [ (modulesPath + "/testing/test-instrumentation.nix") ];
}
