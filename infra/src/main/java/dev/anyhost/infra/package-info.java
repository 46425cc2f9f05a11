/** AWS CDK stacks. */
package dev.anyhost.infra;
