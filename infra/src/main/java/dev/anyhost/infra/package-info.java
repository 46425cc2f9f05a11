/** AWS CDK stacks: a deployment from one file. */
package dev.anyhost.infra;
